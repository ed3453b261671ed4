import { Modal, Text, Textarea } from "@mantine/core";

/** For browsers that deny the clipboard. */
export function CopyByHand({ text, what, onClose }: { text: string; what: string; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={`Copy ${what}`}>
      <Text size="sm" mb="sm">
        The browser does not let this page use the clipboard. The text is selected: press Ctrl+C.
      </Text>
      <Textarea
        aria-label={what}
        value={text}
        readOnly
        autosize
        data-autofocus
        onFocus={(event) => event.currentTarget.select()}
      />
    </Modal>
  );
}
