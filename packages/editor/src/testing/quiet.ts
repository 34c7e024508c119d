/** Resolves when the number of elements has not changed for three frames. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => {
    let last = -1;
    let calm = 0;
    const look = () => {
      const count = document.getElementsByTagName('*').length;
      calm = count === last ? calm + 1 : 0;
      last = count;
      if (calm >= 3) resolve();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}
