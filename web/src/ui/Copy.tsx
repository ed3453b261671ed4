import { ActionIcon, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { copy } from "./clipboard";

const CopyByHand = lazy(() => import("./CopyByHand").then((part) => ({ default: part.CopyByHand })));

/** A button that copies; where the browser denies it, the text is shown to copy by hand. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  const [denied, dialog] = useDisclosure(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const act = async () => ((await copy(text)) ? setCopied(true) : dialog.open());
  return (
    <>
      <Tooltip label={copied ? "Copied" : `Copy ${what}`}>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Copy ${what}`} onClick={act}>
          {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
        </ActionIcon>
      </Tooltip>
      {denied && (
        <Suspense fallback={null}>
          <CopyByHand text={text} what={what} onClose={dialog.close} />
        </Suspense>
      )}
    </>
  );
}

/** A digest or id, shortened, with its whole text as title and for copying. */
export function Digest({ text, what = "digest" }: { text: string; what?: string }) {
  const short = text.length > 20 ? `${text.slice(0, 10)}…${text.slice(-6)}` : text;
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 4 }}>
      <code className="digest" title={text}>
        {short}
      </code>
      <CopyButton text={text} what={what} />
    </span>
  );
}
