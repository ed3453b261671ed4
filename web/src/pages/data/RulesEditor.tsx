import "../../styles-forms";
import {
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  Radio,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import type { ReactNode } from "react";
import { rulesWords } from "../../core/describe/datasets";
import type { Column } from "../../core/statement/bodies/rules";
import { rulesProblem } from "../../core/verify/rules";
import { sentence } from "../../ui/states";
import { Words } from "../../ui/Words";
import { Conditions } from "./Conditions";
import { FUNCTIONS, type RulesForm, rulesOf } from "./rulesForm";

interface Props {
  form: RulesForm;
  columns: readonly Column[];
  onChange: (part: Partial<RulesForm>) => void;
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Title order={3} fz="sm">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

function Columns({ form, columns, onChange }: Props) {
  const names = columns.map((column) => column.name);
  return (
    <Section title="Columns">
      <Switch
        label="Every column exists for others"
        checked={form.allowed === null}
        onChange={(event) => onChange({ allowed: event.currentTarget.checked ? null : names })}
      />
      {form.allowed !== null && (
        <MultiSelect
          label="Columns that exist for others"
          data={names}
          value={form.allowed}
          onChange={(allowed) => onChange({ allowed })}
          searchable
        />
      )}
    </Section>
  );
}

function Aggregates({ form, columns, onChange }: Props) {
  const set = (name: string, part: Partial<RulesForm["aggregate"][string]>) => {
    const before = form.aggregate[name] ?? { functions: [], low: "", high: "" };
    onChange({ aggregate: { ...form.aggregate, [name]: { ...before, ...part } } });
  };
  const chosen = Object.keys(form.aggregate);
  return (
    <>
      <MultiSelect
        label="Columns that may be aggregated"
        data={columns.map((column) => column.name)}
        value={chosen}
        onChange={(names) =>
          onChange({
            aggregate: Object.fromEntries(
              names.map((name) => [
                name,
                form.aggregate[name] ?? { functions: ["count"], low: "", high: "" },
              ]),
            ),
          })
        }
        searchable
      />
      {chosen.map((name) => {
        const one = form.aggregate[name];
        if (!one) return null;
        const numeric = columns.some(
          (column) => column.name === name && (column.type === "integer" || column.type === "float"),
        );
        return (
          <Group key={name} gap="xs" align="flex-end">
            <MultiSelect
              label={`Functions of ${name}`}
              data={numeric ? [...FUNCTIONS] : ["count", "count_distinct"]}
              value={one.functions}
              onChange={(functions) => set(name, { functions })}
              style={{ flex: "1 1 220px" }}
            />
            {numeric && (
              <>
                <TextInput
                  label={`Least of ${name}`}
                  value={one.low}
                  onChange={(event) => set(name, { low: event.currentTarget.value })}
                  w={110}
                />
                <TextInput
                  label={`Most of ${name}`}
                  value={one.high}
                  onChange={(event) => set(name, { high: event.currentTarget.value })}
                  w={110}
                />
              </>
            )}
          </Group>
        );
      })}
    </>
  );
}

function Analysis(props: Props) {
  const { form, columns, onChange } = props;
  const names = columns.map((column) => column.name);
  return (
    <Section title="Analysis">
      <Radio.Group
        aria-label="What results may show"
        value={form.analysis}
        onChange={(analysis) => onChange({ analysis: analysis as RulesForm["analysis"] })}
      >
        <Stack gap="xs">
          <Radio value="none" label="Rows" description="A result may contain rows as they are" />
          <Radio
            value="aggregation"
            label="Aggregates only"
            description="Every group of a result has at least so many different people, or is left out"
          />
        </Stack>
      </Radio.Group>
      {form.analysis === "aggregation" && (
        <Stack gap="sm" pl="lg">
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Select
              label="Whose row it is"
              description="Counted to reach the threshold; never shown"
              data={names}
              value={form.identity || null}
              onChange={(identity) => onChange({ identity: identity ?? "" })}
              searchable
            />
            <NumberInput
              label="Threshold"
              description="At least so many different ones in each group"
              min={2}
              allowDecimal={false}
              value={form.threshold}
              onChange={(value) => onChange({ threshold: Number(value) || 0 })}
            />
          </SimpleGrid>
          <MultiSelect
            label="May be grouped by"
            data={names.filter((name) => name !== form.identity)}
            value={form.groupBy}
            onChange={(groupBy) => onChange({ groupBy })}
            searchable
          />
          <MultiSelect
            label="May be joined on"
            data={names}
            value={form.joinOn}
            onChange={(joinOn) => onChange({ joinOn })}
            searchable
          />
          <Aggregates {...props} />
        </Stack>
      )}
    </Section>
  );
}

/** What the rules mean, a sentence each, or what they still lack. */
export function RulesSummary({ form, columns }: Pick<Props, "form" | "columns">) {
  const rules = rulesOf(form, columns);
  const problem = rulesProblem(rules, columns);
  return (
    <Stack gap={4} component="section" aria-label="In words">
      <Title order={3} fz="sm">
        In words
      </Title>
      {problem === undefined ? (
        rulesWords(rules).map((words) => (
          <Text key={words} size="sm">
            {words}
          </Text>
        ))
      ) : (
        <Text size="sm" c="var(--mantine-color-error)" role="status">
          <Words text={sentence(problem)} />
        </Text>
      )}
    </Stack>
  );
}

/** The owner's rules. */
export function RulesEditor(props: Props) {
  const { form, onChange } = props;
  return (
    <Stack gap="lg">
      <Columns {...props} />
      <Section title="Rows">
        <Conditions {...props} />
      </Section>
      <Analysis {...props} />
      <Section title="Use">
        <Checkbox.Group
          aria-label="Kinds of job that may use it"
          value={form.uses}
          onChange={(uses) => onChange({ uses })}
        >
          <Group gap="lg">
            <Checkbox value="sql" label="SQL" />
            <Checkbox value="python" label="Python" />
            <Checkbox value="template" label="Templates" />
            <Checkbox value="workflow" label="Workflows" />
          </Group>
        </Checkbox.Group>
        <TextInput
          type="date"
          label="Last day"
          description="After it no key is released; empty: until you revoke it"
          value={form.expires}
          onChange={(event) => onChange({ expires: event.currentTarget.value })}
          maw={240}
        />
      </Section>
    </Stack>
  );
}
