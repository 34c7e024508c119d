import { useEffect, useState } from 'react';

/** What a request answered; it is asked anew when a dependency changes. `undefined` until there is an answer. */
export function useAnswer<T>(ask: () => Promise<T>, dependencies: readonly unknown[]): T | undefined {
  const [answer, setAnswer] = useState<T>();
  useEffect(() => {
    let isCurrent = true;
    ask().then(
      (value) => isCurrent && setAnswer(() => value),
      // The bar about the connection says so already; what was known stays in sight.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
    // The caller names what the request depends on.
  }, dependencies);
  return answer;
}
