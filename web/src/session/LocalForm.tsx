import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { ApiError } from "../api/client";
import { ProblemAlert } from "../ui/states";
import { signIn } from "./session";

/** The one refusal a person meets here often gets its own words. */
function told(error: unknown): unknown {
  if (error instanceof ApiError && error.status === 401) {
    return new ApiError(
      401,
      { title: "E-mail or password is wrong", detail: error.message },
      error.requestId,
    );
  }
  if (error instanceof ApiError && error.status === 429) {
    const detail = "too many tries for this address; wait five minutes, or ask an organization admin";
    return new ApiError(429, { title: "Too many tries", detail }, error.requestId);
  }
  return error;
}

/** E-mail and password of a local account. */
export function LocalForm(props: { email?: string; primary: boolean; onDone: () => void }) {
  const form = useForm({
    initialValues: { email: props.email ?? "", password: "" },
    validate: {
      email: (email) => (/^[^@\s]+@[^@\s]+$/.test(email.trim()) ? null : "Type your e-mail address"),
      password: (password) => (password ? null : "Type your password"),
    },
  });
  const enter = useMutation({
    mutationFn: (typed: { email: string; password: string }) => signIn(typed.email.trim(), typed.password),
    onSuccess: props.onDone,
  });
  return (
    <form onSubmit={form.onSubmit((typed) => enter.mutate(typed))} noValidate>
      <Stack gap="sm">
        {enter.error !== null && <ProblemAlert error={told(enter.error)} title={undefined} />}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          readOnly={props.email !== undefined}
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
          data-autofocus
          {...form.getInputProps("password")}
        />
        <Button
          type="submit"
          variant={props.primary ? "filled" : "default"}
          loading={enter.isPending}
          fullWidth
        >
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
