import { htmlPage, scriptHash } from './html.js';

// Exchanges the token in the address for the cookie, takes it out of the address, then shows what is there.
const SCRIPT = `
  const show = (id, text) => { document.getElementById(id).textContent = text; };
  const token = new URLSearchParams(location.hash.slice(1)).get('t');
  const signIn = async () => {
    if (!token) return;
    history.replaceState(null, '', location.pathname);
    await fetch('/api/session', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }),
    });
  };
  const load = async () => {
    await signIn();
    const answer = await fetch('/api/outputs?limit=24');
    if (answer.status === 401) return show('state', 'Not signed in: open the address that the server printed.');
    const { outputs } = await answer.json();
    const status = await (await fetch('/api/queue')).json();
    show('state', status.canTakeWork ? 'Ready; ' + status.queued + ' runs wait.' : status.reason);
    for (const output of outputs) {
      const link = document.createElement('a');
      link.href = '/api/outputs/' + output.id + '?sha256=' + output.sha256;
      const picture = document.createElement('img');
      picture.src = '/api/outputs/' + output.id + '/thumbnail';
      picture.alt = output.name;
      link.append(picture);
      document.getElementById('pictures').append(link);
    }
  };
  load().catch((error) => show('state', String(error)));
`;

const BODY = `<h1>unclip-studio</h1>
<p>The server runs. The editor has not been built here, so this page stands in for it.</p>
<p id="state">Looking…</p>
<h2>Use it from a program</h2>
<pre>TOKEN=$(cat DATA_DIR/token)
curl -H "Authorization: Bearer $TOKEN" ${'http://127.0.0.1:PORT'}/api/templates
curl -H "Authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
  -d '{"template": "image-variations"}' ${'http://127.0.0.1:PORT'}/api/runs</pre>
<p><a href="/api/docs">All operations</a> · <a href="/api/openapi.json">OpenAPI</a></p>
<h2>Recent pictures</h2>
<div class="pictures" id="pictures"></div>`;

/** What stands at / while there is no built editor. */
export const START_PAGE = htmlPage('unclip-studio', BODY, SCRIPT);
export const START_PAGE_SCRIPT_HASH = scriptHash(SCRIPT);
