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
const sessions = createRoute({
  getParentRoute: () => profile,
  path: "sessions",
  component: lazyRouteComponent(() => import("./pages/account/Sessions"), "Sessions"),
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

const tree = root.addChildren([
  signIn,
  setUp,
  password,
  signedIn,
  inside.addChildren([
    home,
    inbox,
    integrations,
    profile.addChildren([aboutMe, tokens, sessions]),
    admin.addChildren([members, signInSettings]),
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
