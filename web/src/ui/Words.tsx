import { spans } from "./spans";

/** Words of the server or the core, with what they quote set as code. */
export function Words({ text }: { text: string }) {
  return spans(text).map((span, index) =>
    span.code ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence do not move
      <code key={index} className="said">
        {span.text}
      </code>
    ) : (
      span.text
    ),
  );
}
