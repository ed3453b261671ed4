import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate, useRouter } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { Empty, ProblemAlert } from "../ui/states";
import { Frame } from "./Frame";
import { passwordRules, tokenOf } from "./newPassword";
import { entered, setUp, type SetUp as Wanted } from "./session";

function told(error: unknown): unknown {
  if (error instanceof ApiError && error.status === 401) {
    const detail =
      "this link was used already, or the server made a newer one; sign in, or look at what `cloister serve` prints";
    return new ApiError(401, { title: "The set-up link does not work any more", detail }, error.requestId);
  }
  return error;
}

function Form({ token }: { token: string }) {
  const form = useForm({
    initialValues: { organisation: "", email: "", password: "", again: "" },
    validate: {
      organisation: (name) => (name.trim() ? null : "Name your organization"),
      email: (email) => (/^[^@\s]+@[^@\s]+$/.test(email.trim()) ? null : "Type your e-mail address"),
      ...passwordRules,
    },
  });
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const make = useMutation({
    mutationFn: (wanted: Wanted) => setUp(wanted),
    onSuccess: async () => {
      await entered(client);
      await router.invalidate();
      await navigate({ to: "/", replace: true });
    },
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ organisation, email, password }) =>
        make.mutate({ token, organisation: organisation.trim(), email: email.trim(), password }),
      )}
    >
      <Stack gap="sm">
        {make.error !== null && <ProblemAlert error={told(make.error)} />}
        <TextInput label="Organization" autoComplete="organization" {...form.getInputProps("organisation")} />
        <TextInput
          label="Your e-mail"
          type="email"
          autoComplete="username"
          {...form.getInputProps("email")}
        />
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
        <Button type="submit" loading={make.isPending} fullWidth mt="xs">
          Create organization
        </Button>
      </Stack>
    </form>
  );
}

/** First-run set-up: the first organisation and its admin. */
export function SetUp() {
  const token = tokenOf(useLocation({ select: (location) => location.hash }));
  return (
    <Frame
      title="Set up Cloister"
      lead={token ? "You become the first organization admin, and may create workspaces." : undefined}
    >
      {token ? (
        <Form token={token} />
      ) : (
        <Empty title="The link is not whole">
          Open the whole set-up link that <code>cloister serve</code> prints, with everything behind the{" "}
          <code>#</code>.
        </Empty>
      )}
    </Frame>
  );
}
