export interface Span {
  readonly text: string;
  readonly code: boolean;
}

/** A sentence of the server or the core: what stands between two backticks is code. One alone is a character. */
export function spans(text: string): Span[] {
  const found: Span[] = [];
  let end = 0;
  for (const match of text.matchAll(/`([^`]+)`/g)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index), code: false });
    found.push({ text: match[1] ?? "", code: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end), code: false });
  return found;
}
