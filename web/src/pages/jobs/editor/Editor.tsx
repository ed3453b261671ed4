/** The editor of a job's query; loaded when one is edited. */
import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionKeymap,
  completionStatus,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentUnit } from "@codemirror/language";
import { linter, lintKeymap } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { TableInfo } from "../tables";
import type { VariableInfo } from "./complete";
import classes from "./editor.module.css";
import { look } from "./look";
import { marksOf } from "./marks";
import { sqlOn } from "./sql";

export interface EditorProps {
  value: string;
  onChange: (value: string) => void;
  label: string;
  /** The id of what tells more about it. */
  describedBy: string;
  invalid: boolean;
  tables: readonly TableInfo[];
  variables: readonly VariableInfo[];
}

const underlined = (tables: readonly TableInfo[]) =>
  linter(
    (view) =>
      marksOf(view.state.doc.toString(), tables).map(({ from, to, text }) => ({
        from,
        to,
        severity: "error" as const,
        message: text.replaceAll("`", ""),
      })),
    { delay: 250 },
  );

const known = (tables: readonly TableInfo[], variables: readonly VariableInfo[]): Extension => [
  sqlOn(tables, variables),
  // Without tables each name would be wrong: nothing is said before they are known.
  tables.length > 0 ? underlined(tables) : [],
];

const base: Extension = [
  lineNumbers(),
  history(),
  drawSelection(),
  bracketMatching(),
  highlightActiveLine(),
  indentUnit.of("  "),
  // Few enough to need no scrolling, which the keyboard could not do within the list.
  autocompletion({ icons: false, maxRenderedOptions: 8 }),
  EditorView.lineWrapping,
  keymap.of([
    { key: "Tab", run: acceptCompletion },
    ...completionKeymap,
    ...lintKeymap,
    ...historyKeymap,
    ...defaultKeymap,
    indentWithTab,
  ]),
  EditorView.theme({ ".cm-content": { minHeight: "11.5rem" }, ".cm-scroller": { maxHeight: "32rem" } }),
  look,
];

export function Editor(props: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const schema = useRef(new Compartment());
  const attributes = useRef(new Compartment());
  const now = useRef(props);
  now.current = props;
  const { value, tables, variables, label, describedBy, invalid } = props;

  useEffect(() => {
    if (!place.current) return;
    const { value: doc, tables: first, variables: names } = now.current;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc,
        extensions: [
          base,
          schema.current.of(known(first, names)),
          attributes.current.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) now.current.onChange(update.state.doc.toString());
            // What was typed last may be completed after the focus went: nobody is there to choose.
            if (!update.view.hasFocus && completionStatus(update.state) !== null) {
              queueMicrotask(() => closeCompletion(update.view));
            }
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    const effects = attributes.current.reconfigure(
      EditorView.contentAttributes.of({
        "aria-label": label,
        "aria-describedby": describedBy,
        ...(invalid ? { "aria-invalid": "true" } : {}),
      }),
    );
    view.current?.dispatch({ effects });
  }, [label, describedBy, invalid]);

  useEffect(() => {
    view.current?.dispatch({ effects: schema.current.reconfigure(known(tables, variables)) });
  }, [tables, variables]);

  useEffect(() => {
    const shown = view.current?.state.doc;
    // What comes from outside (a template, another's version) replaces the text, and can be undone.
    if (shown && shown.toString() !== value) {
      view.current?.dispatch({ changes: { from: 0, to: shown.length, insert: value } });
    }
  }, [value]);

  return <div ref={place} className={classes.frame} data-invalid={invalid || undefined} />;
}
