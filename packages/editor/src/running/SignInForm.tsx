import type { ServerClient } from '@unclip-studio/client';
import { type FormEvent, useState } from 'react';
import { errorWords } from '../api/error-words.js';
import { signIn } from '../api/sign-in.js';
import { texts } from '../messages/texts.js';
import { Button } from '../ui/Button.js';
import { Field } from '../ui/Field.js';

interface SignInFormProps {
  readonly server: ServerClient;
  readonly onSignedIn: () => void;
}

/** A field for the server's token, or for the whole address that it printed. */
export function SignInForm({ server, onSignedIn }: SignInFormProps) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn(server, text).then(onSignedIn, (error: unknown) => setProblem(errorWords(error)));
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <Field label={texts.connection.token} problem={problem} className="sign-in-field">
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
        {texts.connection.signInButton}
      </Button>
    </form>
  );
}
