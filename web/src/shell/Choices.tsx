import { SegmentedControl, Text, useMantineColorScheme } from "@mantine/core";
import { useTimeStyle } from "../ui/Time";

function Choice(props: { label: string; value: string; onChange: (value: string) => void; data: string[] }) {
  return (
    <div style={{ padding: "4px 10px 8px" }}>
      <Text size="xs" c="dimmed" mb={4}>
        {props.label}
      </Text>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={props.label}
        value={props.value}
        onChange={props.onChange}
        data={props.data.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }))}
      />
    </div>
  );
}

/** How this browser shows things. */
export default function Choices() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [times, setTimes] = useTimeStyle();
  return (
    <>
      <Choice
        label="Theme"
        value={colorScheme}
        onChange={(value) => setColorScheme(value as typeof colorScheme)}
        data={["light", "dark", "auto"]}
      />
      <Choice
        label="Times"
        value={times}
        onChange={(value) => setTimes(value as typeof times)}
        data={["relative", "absolute"]}
      />
    </>
  );
}
