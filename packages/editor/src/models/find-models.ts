import type { InstalledModel } from '@unclip-studio/protocol';

/** The models that contain each word of a search: in the name, the type, the family or the trigger words. */
export function findModels(models: readonly InstalledModel[], search: string): readonly InstalledModel[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter(({ name, type, family = '', triggerWords }) => {
    const text = [name, type, family, ...triggerWords].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
