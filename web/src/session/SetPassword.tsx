import { Button, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { ApiError, api, done } from "../api/client";
import { Empty, ProblemAlert } from "../ui/states";
import { Frame } from "./Frame";
import { passwordRules, tokenOf } from "./newPassword";

function told(error: unknown): unknown {
  if (error instanceof ApiError && error.status === 401) {
    const detail =
      "this link was used already or is too old; ask the organization admin who invited you for a new one";
    return new ApiError(401, { title: "The link does not work any more", detail }, error.requestId);
  }
  return error;
}

/** An invited person sets the password. */
export function SetPassword() {
  const token = tokenOf(useLocation({ select: (location) => location.hash }));
  const navigate = useNavigate();
  const form = useForm({ initialValues: { password: "", again: "" }, validate: passwordRules });
  const set = useMutation({
    mutationFn: (password: string) => done(api.POST("/api/v1/passwords", { body: { token, password } })),
    onSuccess: () => navigate({ to: "/sign-in", search: {} }),
  });
  if (!token) {
    return (
      <Frame title="Choose a password">
        <Empty title="The link is not whole">
          Open the whole link you were given, with everything behind the #.
        </Empty>
      </Frame>
    );
  }
  return (
    <Frame title="Choose a password" lead="Then sign in with your e-mail address and this password.">
      <form noValidate onSubmit={form.onSubmit(({ password }) => set.mutate(password))}>
        <Stack gap="sm">
          {set.error !== null && <ProblemAlert error={told(set.error)} />}
          <PasswordInput
            label="Password"
            description="At least 12 characters"
            autoComplete="new-password"
            visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
            {...form.getInputProps("password")}
          />
          <PasswordInput
            label="Password again"
            autoComplete="new-password"
            visibilityToggleButtonProps={{ "aria-label": "Show the repeated password" }}
            {...form.getInputProps("again")}
          />
          <Button type="submit" loading={set.isPending} fullWidth mt="xs">
            Set password
          </Button>
        </Stack>
      </form>
    </Frame>
  );
}
