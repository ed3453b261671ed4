/** A draft being edited: what is typed outlives reloads, and what others save meanwhile is never overwritten unseen. */
import { useEffect, useRef, useState } from "react";
import { draftOf, formOf, type JobDraft, type JobForm, sameText } from "./form";
import { forget, keep, readKept } from "./kept";

const textOf = (form: JobForm): string => JSON.stringify(draftOf(form));

/** What was kept, unless it is what the server has by now. */
function begun(key: string, server: JobDraft) {
  const kept = readKept(key);
  return kept && textOf(kept.form) !== sameText(server) ? kept : undefined;
}

export function useDraft(key: string, server: JobDraft) {
  const theirs = sameText(server);
  const [kept] = useState(() => begun(key, server));
  /** The version that was begun from. */
  const [base, setBase] = useState(kept?.base ?? theirs);
  const [form, setForm] = useState<JobForm>(() => kept?.form ?? formOf(server));
  const [restored, setRestored] = useState(kept?.at);
  const seen = useRef(theirs);
  const mine = textOf(form);
  const changed = mine !== base;

  useEffect(() => {
    if (seen.current === theirs) return;
    seen.current = theirs;
    if (changed && mine !== theirs) return;
    setBase(theirs);
    setForm(formOf(server));
  }, [theirs, changed, mine, server]);

  useEffect(() => {
    if (changed) keep(key, { base, form, at: new Date().toISOString() });
    else forget(key);
  }, [key, changed, base, form]);

  const adopt = (draft: JobDraft) => {
    setBase(sameText(draft));
    setForm(formOf(draft));
    setRestored(undefined);
  };
  return {
    form,
    set: (part: Partial<JobForm>) => setForm((old) => ({ ...old, ...part })),
    base,
    changed,
    /** When what is on the page was typed, if that was before it was opened. */
    restored: changed ? restored : undefined,
    /** Whether the server has another version than the one begun from. */
    conflict: changed && theirs !== base && theirs !== mine,
    keepMine: () => setBase(theirs),
    takeTheirs: () => adopt(server),
    /** What was sent is what the server has now. */
    saved: (sent: JobDraft, stored: JobDraft) => {
      setBase(sameText(stored));
      setRestored(undefined);
      setForm((now) => (textOf(now) === JSON.stringify(sent) ? formOf(stored) : now));
    },
    /** After it was sent for good. */
    forget: () => forget(key),
  };
}

export type DraftEditing = ReturnType<typeof useDraft>;
