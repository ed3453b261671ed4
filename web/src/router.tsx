/** Every address of the console. Pages are loaded when they are gone to. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { meQuery, sessionQuery } from "./api/queries";
import { readSearch } from "./pages/trust/filter";
import { TABS, type Tab } from "./pages/workspaces/groups";
import { safeBack } from "./session/back";
import { Failed, NotFound } from "./shell/problems";
import { Rows } from "./ui/states";

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { back?: string } =>
    typeof search.back === "string" ? { back: search.back } : {},
  component: lazyRouteComponent(() => import("./session/SignIn"), "SignIn"),
});
const setUp = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("./session/SetUp"), "SetUp"),
});
const password = createRoute({
  getParentRoute: () => root,
  path: "/password",
  component: lazyRouteComponent(() => import("./session/SetPassword"), "SetPassword"),
});
const signedIn = createRoute({
  getParentRoute: () => root,
  path: "/signed-in",
  component: lazyRouteComponent(() => import("./session/SignedIn"), "SignedIn"),
});

/** What only somebody signed in sees. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    const known = context.queryClient.getQueryData(meQuery.queryKey);
    if (!known && !(await context.queryClient.fetchQuery(sessionQuery))) {
      const back = safeBack(location.href);
      throw redirect({ to: "/sign-in", search: back === "/" ? {} : { back } });
    }
    await context.queryClient.ensureQueryData(meQuery);
  },
  component: lazyRouteComponent(() => import("./shell/Layout"), "Layout"),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/home/Home"), "Home"),
});
const inbox = createRoute({
  getParentRoute: () => inside,
  path: "/inbox",
  component: lazyRouteComponent(() => import("./pages/account/Inbox"), "Inbox"),
});
const integrations = createRoute({
  getParentRoute: () => inside,
  path: "/integrations",
  component: lazyRouteComponent(() => import("./pages/integrations/Integrations"), "Integrations"),
});
const profile = createRoute({
  getParentRoute: () => inside,
  path: "/profile",
  component: lazyRouteComponent(() => import("./pages/account/Profile"), "ProfileLayout"),
});
const aboutMe = createRoute({
  getParentRoute: () => profile,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/account/Profile"), "Profile"),
});
const tokens = createRoute({
  getParentRoute: () => profile,
  path: "tokens",
  component: lazyRouteComponent(() => import("./pages/account/Tokens"), "Tokens"),
});
const keys = createRoute({
  getParentRoute: () => profile,
  path: "keys",
  component: lazyRouteComponent(() => import("./signing/Keys"), "Keys"),
});
const sessions = createRoute({
  getParentRoute: () => profile,
  path: "sessions",
  component: lazyRouteComponent(() => import("./pages/account/Sessions"), "Sessions"),
});

const passkeys = createRoute({
  getParentRoute: () => profile,
  path: "passkeys",
  component: lazyRouteComponent(() => import("./pages/account/Passkeys"), "Passkeys"),
});

const admin = createRoute({
  getParentRoute: () => inside,
  path: "/admin",
  component: lazyRouteComponent(() => import("./pages/admin/AdminLayout"), "AdminLayout"),
});
const members = createRoute({
  getParentRoute: () => admin,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/admin/Members"), "Members"),
});
const signInSettings = createRoute({
  getParentRoute: () => admin,
  path: "sign-in",
  component: lazyRouteComponent(() => import("./pages/admin/SignInSettings"), "SignInSettings"),
});

const trust = createRoute({
  getParentRoute: () => inside,
  path: "/trust",
  component: lazyRouteComponent(() => import("./pages/trust/TrustLayout"), "TrustLayout"),
});
const attestation = createRoute({
  getParentRoute: () => trust,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/trust/Attestation"), "Attestation"),
});
const trustLog = createRoute({
  getParentRoute: () => trust,
  path: "log",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("./pages/trust/TrustLog"), "TrustLog"),
});

const wizardStep = (search: Record<string, unknown>): { step?: number } =>
  search.step === 1 || search.step === 2 ? { step: search.step } : {};

const workspaces = createRoute({
  getParentRoute: () => inside,
  path: "/workspaces",
  validateSearch: (search): { tab?: Tab } => {
    const tab = TABS.find((name) => name === search.tab);
    return tab ? { tab } : {};
  },
  component: lazyRouteComponent(() => import("./pages/workspaces/Workspaces"), "Workspaces"),
});
const newWorkspace = createRoute({
  getParentRoute: () => inside,
  path: "/workspaces/new",
  validateSearch: wizardStep,
  component: lazyRouteComponent(() => import("./pages/workspaces/NewWorkspace"), "NewWorkspace"),
});
const newJob = createRoute({
  getParentRoute: () => inside,
  path: "/workspaces/$id/jobs/new",
  component: lazyRouteComponent(() => import("./pages/jobs/NewJob"), "NewJob"),
});
const workspace = createRoute({
  getParentRoute: () => inside,
  path: "/workspaces/$id",
  component: lazyRouteComponent(() => import("./pages/workspaces/Workspace"), "Workspace"),
});
const contents = () => import("./pages/workspaces/Contents");
const overview = createRoute({
  getParentRoute: () => workspace,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/workspaces/Overview"), "Overview"),
});
const datasetsHere = createRoute({
  getParentRoute: () => workspace,
  path: "datasets",
  component: lazyRouteComponent(contents, "Datasets"),
});
const jobsHere = createRoute({
  getParentRoute: () => workspace,
  path: "jobs",
  component: lazyRouteComponent(contents, "Jobs"),
});
const runsHere = createRoute({
  getParentRoute: () => workspace,
  path: "runs",
  component: lazyRouteComponent(contents, "Runs"),
});
const auditHere = createRoute({
  getParentRoute: () => workspace,
  path: "audit",
  validateSearch: readSearch,
  component: lazyRouteComponent(contents, "AuditLogs"),
});
const settingsHere = createRoute({
  getParentRoute: () => workspace,
  path: "settings",
  component: lazyRouteComponent(() => import("./pages/workspaces/Settings"), "Settings"),
});
const job = createRoute({
  getParentRoute: () => inside,
  path: "/jobs/$id",
  component: lazyRouteComponent(() => import("./pages/jobs/JobPage"), "JobPage"),
});
const run = createRoute({
  getParentRoute: () => inside,
  path: "/runs/$id",
  component: lazyRouteComponent(() => import("./pages/runs/RunPage"), "RunPage"),
});
const data = createRoute({
  getParentRoute: () => inside,
  path: "/data",
  component: lazyRouteComponent(() => import("./pages/data/Data"), "Data"),
});
const newDataset = createRoute({
  getParentRoute: () => inside,
  path: "/data/new",
  validateSearch: wizardStep,
  component: lazyRouteComponent(() => import("./pages/data/AddDataset"), "AddDataset"),
});
const dataset = createRoute({
  getParentRoute: () => inside,
  path: "/data/$id",
  component: lazyRouteComponent(() => import("./pages/data/DatasetPage"), "DatasetPage"),
});

const tree = root.addChildren([
  signIn,
  setUp,
  password,
  signedIn,
  inside.addChildren([
    home,
    inbox,
    integrations,
    profile.addChildren([aboutMe, keys, tokens, passkeys, sessions]),
    admin.addChildren([members, signInSettings]),
    trust.addChildren([attestation, trustLog]),
    workspaces,
    newWorkspace,
    newJob,
    workspace.addChildren([overview, datasetsHere, jobsHere, runsHere, auditHere, settingsHere]),
    job,
    run,
    data,
    newDataset,
    dataset,
  ]),
]);

export const makeRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultErrorComponent: Failed,
    defaultNotFoundComponent: NotFound,
    defaultPendingComponent: () => <Rows />,
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
