/** What the editor puts on the window when its address holds `?test`. */
interface Window {
  readonly __editor?: {
    settled(): Promise<void>;
    text(): string;
    links(): readonly string[];
    message(): string;
    fit(): Promise<void>;
    nodePoint(node: string): { readonly x: number; readonly y: number };
  };
}
