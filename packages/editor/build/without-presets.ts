import type { Plugin } from 'vite';

/**
 * Leaves out the cards, menus and minimap of rete-react-plugin, which the page does not use, with styled-components, which
 * styles them: the bundler keeps both, since it cannot know that declaring a styled component changes nothing.
 */
export function withoutPresets(): Plugin {
  return {
    name: 'without-presets',
    apply: 'build',
    transform: {
      filter: { id: /\/rete-react-plugin\.esm\.js$/ },
      // In a function of its own, so that what its styles are computed from is left out as well.
      handler: (code) =>
        code.replaceAll(
          /^var (\S+) = (styled[.(][\s\S]*?);\n+(?=[^\s}])/gm,
          'var $1 = /* @__PURE__ */ (() => $2)();\n',
        ),
    },
  };
}
