import { htmlPage, scriptHash } from './html.js';

// Exchanges the token for the cookie, from the address or typed, then shows the page. Addresses are relative, since a
// proxy may have put the server below a path.
const SCRIPT = `
  const at = (id) => document.getElementById(id);
  const show = (id, text) => { at(id).textContent = text; };
  const signIn = async (token) => {
    const answer = await fetch('api/session', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }),
    });
    if (!answer.ok) throw new Error((await answer.json()).detail);
  };
  const takeToken = async () => {
    const token = new URLSearchParams(location.hash.slice(1)).get('t');
    if (!token) return;
    history.replaceState(null, '', location.pathname);
    await signIn(token);
  };
  const load = async () => {
    await takeToken();
    const answer = await fetch('api/outputs?limit=24');
    at('sign-in').hidden = answer.status !== 401;
    if (answer.status === 401) return show('state', 'Not signed in: open the address that the server printed, or enter its token.');
    const { outputs } = await answer.json();
    const status = await (await fetch('api/queue')).json();
    show('state', status.canTakeWork ? 'Ready; ' + status.queued + ' runs wait.' : status.reason);
    at('images').replaceChildren();
    for (const output of outputs) {
      const link = document.createElement('a');
      link.href = 'api/outputs/' + output.id + '?sha256=' + output.sha256;
      const image = document.createElement('img');
      image.src = 'api/outputs/' + output.id + '/thumbnail';
      image.alt = output.name;
      link.append(image);
      at('images').append(link);
    }
  };
  const start = () => load().catch((error) => show('state', String(error.message)));
  at('sign-in').addEventListener('submit', (event) => {
    event.preventDefault();
    signIn(at('token').value.trim()).then(start, (error) => show('state', error.message));
  });
  addEventListener('hashchange', start);
  start();
`;

const BODY = `<h1>unclip-studio</h1>
<p>The server runs. The editor has not been built here, so this page stands in for it.</p>
<p id="state">Looking…</p>
<form id="sign-in" hidden>
<label>Token <input id="token" type="password" autocomplete="current-password" required></label>
<button>Sign in</button>
</form>
<h2>Use it from a program</h2>
<pre>TOKEN=$(cat DATA_DIR/token)
curl -H "Authorization: Bearer $TOKEN" ${'http://127.0.0.1:PORT'}/api/templates
curl -H "Authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
  -d '{"template": "image-variations"}' ${'http://127.0.0.1:PORT'}/api/runs</pre>
<p><a href="api/docs">All operations</a> · <a href="api/openapi.json">OpenAPI</a></p>
<h2>Recent images</h2>
<div class="images" id="images"></div>`;

/** The page at / if the editor has not been built. */
export const START_PAGE = htmlPage('unclip-studio', BODY, SCRIPT);
export const START_PAGE_SCRIPT_HASH = scriptHash(SCRIPT);
