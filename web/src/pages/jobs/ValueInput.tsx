import { NativeSelect, TextInput, type TextInputProps } from "@mantine/core";
import type { VariableType } from "../../core/statement/bodies/jobs";

const HINTS: Partial<Record<VariableType, string>> = {
  datetime: "2027-06-30 12:00, in UTC",
  float: "0.5",
  integer: "10",
};

interface Props
  extends Pick<TextInputProps, "label" | "description" | "error" | "aria-label" | "style" | "w"> {
  type: VariableType;
  value: string;
  onChange: (value: string) => void;
  /** What a variable of type `dataset` may name. */
  tables: readonly string[];
  /** Said where nothing is chosen, for values that may be left out. */
  nothing?: string | undefined;
}

/** One value of a variable's type. */
export function ValueInput({ type, value, onChange, tables, nothing, ...rest }: Props) {
  const listed = type === "boolean" ? ["true", "false"] : type === "dataset" ? [...tables] : undefined;
  if (listed) {
    const data = [
      { value: "", label: nothing ?? "Choose" },
      ...listed.map((one) => ({ value: one, label: one })),
    ];
    return (
      <NativeSelect
        {...rest}
        data={data}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...rest}
      value={value}
      placeholder={nothing ?? HINTS[type] ?? ""}
      inputMode={type === "integer" ? "numeric" : type === "float" ? "decimal" : "text"}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
