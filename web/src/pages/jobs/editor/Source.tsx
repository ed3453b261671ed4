/** A query to be read, whole or against an earlier one; loaded when one is shown. */
import { unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import classes from "./editor.module.css";
import { look } from "./look";
import { plainSql } from "./sql";

interface Props {
  source: string;
  label: string;
  /** The version before, to be compared with. */
  before?: string;
}

function shown({ label, before }: Omit<Props, "source">): Extension {
  return [
    lineNumbers(),
    plainSql(),
    look,
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    EditorView.theme({ ".cm-scroller": { maxHeight: "30rem" } }),
    before === undefined
      ? []
      : unifiedMergeView({
          original: before,
          mergeControls: false,
          gutter: true,
          collapseUnchanged: { margin: 3, minSize: 6 },
        }),
  ];
}

export function Source({ source, label, before }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const extensions = shown(before === undefined ? { label } : { label, before });
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: source, extensions }),
    });
    return () => view.destroy();
  }, [source, label, before]);
  return <div ref={place} className={classes.frame} />;
}
