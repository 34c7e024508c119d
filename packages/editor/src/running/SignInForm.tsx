import { type FormEvent, useState } from 'react';
import { signIn } from '../api/sign-in.js';
import { panelStrings } from '../messages/panel-strings.js';
import { Button } from '../ui/Button.js';
import { Field } from '../ui/Field.js';

const words = panelStrings.connection;

/** A field for the server's token, or for the whole address that it printed. */
export function SignInForm({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn(text).then(onSignedIn, (error: Error) => setProblem(error.message));
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <Field label={words.token} problem={problem} className="sign-in-field">
        {(attributes) => (
          <input
            {...attributes}
            className="text-field"
            type="password"
            autoComplete="current-password"
            required
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </Field>
      <Button variant="primary" type="submit">
        {words.signInButton}
      </Button>
    </form>
  );
}
