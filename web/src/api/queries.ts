/** What is read from the server, each with the key under which it is cached; live updates name the same keys. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, done, plain, type Schemas } from "./client";

export type Me = Schemas["Me"];
export type User = Schemas["User"];
export type Notice = Schemas["Notice"];
export type Workspace = Schemas["Workspace"];
export type Member = Schemas["Member"];
export type Dataset = Schemas["Dataset"];
export type Job = Schemas["Job"];
export type Run = Schemas["Run"];
export type AuditEntry = Schemas["AuditEntry"];
export type WorkerInfo = Schemas["WorkerInfo"];
export type Provider = Schemas["Provider"];

interface PageOf<T> {
  items: T[];
  next?: string | null;
}

/** All pages of a list that is small enough to be shown whole, up to `most` items. */
async function whole<T>(read: (cursor: string) => Promise<PageOf<T>>, most: number): Promise<T[]> {
  const all: T[] = [];
  let cursor = "";
  while (all.length < most) {
    const page = await read(cursor);
    all.push(...page.items);
    if (!page.next) break;
    cursor = page.next;
  }
  return all;
}

const LIMIT = 200;
const MOST = 20_000;

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async () =>
    ((await (await plain("GET", "/auth/session")).json()) as { signed_in: boolean }).signed_in,
  staleTime: 0,
});

export const meQuery = queryOptions({ queryKey: ["me"], queryFn: () => done(api.GET("/api/v1/me")) });

export const providerNamesQuery = queryOptions({
  queryKey: ["provider-names"],
  queryFn: () => done(api.GET("/api/v1/sign-in/providers")),
});

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: () =>
    whole((cursor) => done(api.GET("/api/v1/users", { params: { query: { cursor, limit: LIMIT } } })), MOST),
});

export const signInSettingsQuery = queryOptions({
  queryKey: ["sign-in"],
  queryFn: () => done(api.GET("/api/v1/sign-in")),
});

export const workspacesQuery = queryOptions({
  queryKey: ["workspaces"],
  queryFn: () =>
    whole(
      (cursor) => done(api.GET("/api/v1/workspaces", { params: { query: { cursor, limit: LIMIT } } })),
      MOST,
    ),
});

export const workspaceQuery = (id: string) =>
  queryOptions({
    queryKey: ["workspaces", id],
    queryFn: () => done(api.GET("/api/v1/workspaces/{id}", { params: { path: { id } } })),
  });

export const workspaceStatementsQuery = (id: string) =>
  queryOptions({
    queryKey: ["workspaces", id, "statements"],
    queryFn: () => done(api.GET("/api/v1/workspaces/{id}/statements", { params: { path: { id } } })),
  });

export const workspaceDatasetsQuery = (id: string) =>
  queryOptions({
    queryKey: ["datasets", "of", id],
    queryFn: () =>
      whole(
        (cursor) =>
          done(
            api.GET("/api/v1/workspaces/{id}/datasets", {
              params: { path: { id }, query: { cursor, limit: LIMIT } },
            }),
          ),
        MOST,
      ),
  });

export const workspaceJobsQuery = (id: string) =>
  queryOptions({
    queryKey: ["jobs", "of", id],
    queryFn: () =>
      whole(
        (cursor) =>
          done(
            api.GET("/api/v1/workspaces/{id}/jobs", {
              params: { path: { id }, query: { cursor, limit: LIMIT } },
            }),
          ),
        MOST,
      ),
  });

export const workspaceRunsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["runs", "of", id],
    queryFn: ({ pageParam }) =>
      done(
        api.GET("/api/v1/workspaces/{id}/runs", {
          params: { path: { id }, query: { cursor: pageParam, limit: 50 } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const datasetsQuery = queryOptions({
  queryKey: ["datasets"],
  queryFn: () =>
    whole(
      (cursor) => done(api.GET("/api/v1/datasets", { params: { query: { cursor, limit: LIMIT } } })),
      MOST,
    ),
});

export const datasetQuery = (id: string) =>
  queryOptions({
    queryKey: ["datasets", id],
    queryFn: () => done(api.GET("/api/v1/datasets/{id}", { params: { path: { id } } })),
  });

export const jobsQuery = queryOptions({
  queryKey: ["jobs"],
  queryFn: () =>
    whole((cursor) => done(api.GET("/api/v1/jobs", { params: { query: { cursor, limit: LIMIT } } })), MOST),
});

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["jobs", id],
    queryFn: () => done(api.GET("/api/v1/jobs/{id}", { params: { path: { id } } })),
  });

export const recentRunsQuery = queryOptions({
  queryKey: ["runs", "recent"],
  queryFn: () => done(api.GET("/api/v1/runs", { params: { query: { limit: 8 } } })),
});

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", id],
    queryFn: () => done(api.GET("/api/v1/runs/{id}", { params: { path: { id } } })),
  });

export const workersQuery = queryOptions({
  queryKey: ["workers"],
  queryFn: () =>
    whole(
      (cursor) => done(api.GET("/api/v1/workers", { params: { query: { cursor, limit: LIMIT } } })),
      1000,
    ),
});

export const brokerQuery = queryOptions({
  queryKey: ["broker"],
  queryFn: () => done(api.GET("/api/v1/broker")),
});

export const logQuery = queryOptions({ queryKey: ["log"], queryFn: () => done(api.GET("/api/v1/log")) });

export interface AuditFilter {
  workspace?: string;
  action?: string;
  q?: string;
  from?: string;
  to?: string;
}

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam }) =>
      done(api.GET("/api/v1/audit", { params: { query: { ...filter, cursor: pageParam, limit: 100 } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const unreadQuery = queryOptions({
  queryKey: ["notices", "unread"],
  queryFn: async () => (await done(api.GET("/api/v1/notices/unread"))).unread,
});

export const noticesQuery = (unread: boolean) =>
  infiniteQueryOptions({
    queryKey: ["notices", unread ? "only-unread" : "all"],
    queryFn: ({ pageParam }) =>
      done(api.GET("/api/v1/notices", { params: { query: { unread, cursor: pageParam, limit: 30 } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const noticeSettingsQuery = queryOptions({
  queryKey: ["notices", "settings"],
  queryFn: () => done(api.GET("/api/v1/notices/settings")),
});

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: () =>
    whole(
      (cursor) => done(api.GET("/api/v1/sessions", { params: { query: { cursor, limit: LIMIT } } })),
      1000,
    ),
});

export const passkeysQuery = queryOptions({
  queryKey: ["passkeys"],
  queryFn: () =>
    whole(
      (cursor) => done(api.GET("/api/v1/passkeys", { params: { query: { cursor, limit: LIMIT } } })),
      1000,
    ),
});

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () =>
    whole((cursor) => done(api.GET("/api/v1/tokens", { params: { query: { cursor, limit: LIMIT } } })), 1000),
});
