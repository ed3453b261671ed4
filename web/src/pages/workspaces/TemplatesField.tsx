import { MultiSelect } from "@mantine/core";
import { TEMPLATE_CHOICES } from "../jobs/templateNames";

/** Which templates are offered to whoever writes a job. */
export function TemplatesField(props: { value: readonly string[]; onChange: (value: string[]) => void }) {
  return (
    <MultiSelect
      label="Templates"
      description="Queries that members can start a job from; not part of the charter"
      placeholder={props.value.length === 0 ? "None: every query is written by hand" : ""}
      data={TEMPLATE_CHOICES}
      value={[...props.value]}
      onChange={props.onChange}
      clearable
      clearButtonProps={{ "aria-label": "Offer no templates" }}
    />
  );
}
