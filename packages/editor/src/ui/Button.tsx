import type { ComponentPropsWithRef } from 'react';
import './ui.css';

interface ButtonLooks {
  /** `primary`: the most likely action. `bare`: without looks; `className` sets them. */
  readonly variant?: 'plain' | 'primary' | 'bare';
  /** More information for the tooltip and for screen readers. */
  readonly tip?: string | undefined;
}

type ButtonProps = ComponentPropsWithRef<'button'> & ButtonLooks;

/** A button with a text label. It submits a form only with `type="submit"`. */
export function Button({ variant = 'plain', tip, className, ...rest }: ButtonProps) {
  return <button type="button" className={classOf(variant, className)} {...tipOf(tip, rest['aria-label'])} {...rest} />;
}

interface IconButtonLooks {
  /** Its action, for screen readers, and for the tooltip unless that has more to say. */
  readonly label: string;
  readonly tip?: string;
  readonly isSmall?: boolean;
}

type IconButtonProps = ComponentPropsWithRef<'button'> & IconButtonLooks;

/** A button that is only an icon. */
export function IconButton({ label, tip = label, isSmall = false, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      className={iconClass(isSmall, className)}
      aria-label={label}
      {...tipOf(tip, label)}
      {...rest}
    />
  );
}

type LinkProps = ComponentPropsWithRef<'a'> & { readonly href: string };

/** A link that looks like a button, such as a download. */
export function ButtonLink({ variant = 'plain', tip, className, href, ...rest }: LinkProps & ButtonLooks) {
  return <a href={href} className={classOf(variant, className)} {...tipOf(tip)} {...rest} />;
}

/** A link that is only an icon. */
export function IconLink({
  label,
  tip = label,
  isSmall = false,
  className,
  href,
  ...rest
}: LinkProps & IconButtonLooks) {
  return (
    <a href={href} className={iconClass(isSmall, className)} aria-label={label} {...tipOf(tip, label)} {...rest} />
  );
}

/** A tooltip is read out unless it only repeats the label. */
function tipOf(tip: string | undefined, label?: string) {
  return { 'data-tip': tip, 'aria-description': tip === label ? undefined : tip };
}

const VARIANTS = { plain: 'button', primary: 'button primary', bare: undefined } as const;

function classOf(variant: keyof typeof VARIANTS, className: string | undefined): string | undefined {
  return [VARIANTS[variant], className].filter(Boolean).join(' ') || undefined;
}

function iconClass(isSmall: boolean, className: string | undefined): string {
  return ['icon-button', isSmall && 'small', className].filter(Boolean).join(' ');
}
