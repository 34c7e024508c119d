import { type FormEvent, useId, useState } from 'react';
import { signIn } from '../api/sign-in.js';
import { panelStrings } from '../panels/strings.js';

const words = panelStrings.connection;

/** A field for the server's token, or for the whole address that it printed. */
export function SignInForm({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const field = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn(text).then(onSignedIn, (error: Error) => setProblem(error.message));
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <label htmlFor={field}>{words.token}</label>
      <input
        id={field}
        className="text-field"
        type="password"
        autoComplete="current-password"
        required
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit" className="button primary">
        {words.signInButton}
      </button>
      {problem !== '' && (
        <span className="field-problem" role="alert">
          {problem}
        </span>
      )}
    </form>
  );
}
