import { useMutation } from '@tanstack/react-query';
import type { DeviceReason, DeviceReport, DeviceStep } from '@unclip-studio/protocol';
import { errorWords } from '../api/error-words.js';
import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';

/** The devices of the server for models: what each can do, and how to fix those that cannot be used. */
export function DevicesList() {
  const { api } = useSession();
  const { data } = useServer(queries.devices);
  const test = useMutation(
    {
      mutationFn: api.runs.testDevices,
      onSuccess: (report) => api.cache.setQueryData(queries.devices(api).queryKey, report),
    },
    api.cache,
  );
  const isTesting = data === undefined || test.isPending;
  return (
    <section className="devices" data-testid="devices" aria-label={texts.devices.title}>
      <h2>{texts.devices.title}</h2>
      <p className="workers-note" role="status">
        {isTesting ? texts.devices.testing : texts.devices.auto(data.chosen)}
      </p>
      {test.isError && <p className="worker-notice">{errorWords(test.error)}</p>}
      <ul className="workers-list">
        {data?.devices.map((device) => (
          <Device key={device.name} device={device} />
        ))}
      </ul>
      <Button disabled={isTesting} onClick={() => test.mutate()}>
        {texts.devices.test}
      </Button>
    </section>
  );
}

function Device({ device: { name, ways, why, because, steps, gpus = [] } }: { readonly device: DeviceReport }) {
  return (
    <li data-device={name}>
      <h3>
        {name}
        <span className="worker-phase">{ways.length > 0 ? texts.devices.usable : texts.devices.unusable}</span>
      </h3>
      {ways.map(({ precision, error, ms }) => (
        <p key={precision} className="worker-notice">
          {wayInWords(precision, ms, error)}
        </p>
      ))}
      {why !== undefined && (
        <p className="worker-notice">{because === undefined ? why : reasonInWords(because, ways.length > 0)}</p>
      )}
      {steps.length > 0 && (
        <details>
          <summary>{texts.devices.steps}</summary>
          <ol className="device-steps">
            {steps.map((step) => (
              <li key={step.text}>{stepInWords(step)}</li>
            ))}
          </ol>
        </details>
      )}
      {gpus.map((gpu) => (
        <p key={gpu.name} className="worker-notice">
          --device {gpu.name}: {gpu.words}
        </p>
      ))}
    </li>
  );
}

/** @param isUsable of a device that can be used the reason is why it does not compute in bfloat16 */
function reasonInWords(because: DeviceReason, isUsable: boolean): string {
  const { reasons, notInBfloat16 } = texts.devices;
  // The text of a code takes the reason of that code.
  const words = (reasons[because.code] as (because: DeviceReason) => string)(because);
  return isUsable ? notInBfloat16(words) : words;
}

function stepInWords(step: DeviceStep): string {
  if (step.code === 'command') {
    return step.beforeEachStart === true ? `${step.command}   ${texts.devices.beforeEachStart}` : step.command;
  }
  // The text of a code takes the step of that code.
  return (texts.devices.stepTexts[step.code] as (step: DeviceStep) => string)(step);
}

function wayInWords(precision: string, ms: number | undefined, error: number): string {
  const { devices } = texts;
  return [precision, ...(ms === undefined ? [] : [devices.ms(ms)]), ...(error === 0 ? [] : [devices.off(error)])].join(
    ' · ',
  );
}
