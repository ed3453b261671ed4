import {
  type QueryKey,
  useMutation,
  useQuery,
  useQueryClient,
  useSuspenseQuery,
} from "@tanstack/react-query";
import { meQuery } from "../api/queries";
import type { Core } from "../core/core";
import { CoreError } from "../core/errors";
import { coreOf } from "./core";

/** Whose core it is; stable while one is signed in. */
export function useOwnCore(): () => Promise<Core> {
  const { data: me } = useSuspenseQuery(meQuery);
  return () => coreOf(me.user.id);
}

/** Where the keys of the person who is signed in are. */
export function useStanding() {
  const { data: me } = useSuspenseQuery(meQuery);
  return useQuery({
    queryKey: ["me", "standing", me.certificate?.digest ?? "none"],
    queryFn: async () => (await import("../core/acts/enrol")).standing(await coreOf(me.user.id)),
    retry: false,
    staleTime: 5 * 60_000,
  });
}

/** An act that signs: asks the core, then reads anew what it changed. "Do not sign" is no error. */
export function useAct<A, T>(
  act: (core: Core, argument: A) => Promise<T>,
  stale: QueryKey[],
  after?: (made: T) => void,
) {
  const core = useOwnCore();
  const client = useQueryClient();
  return useMutation<T | undefined, Error, A>({
    mutationFn: async (argument) => {
      try {
        return await act(await core(), argument);
      } catch (thrown) {
        if (thrown instanceof CoreError && thrown.why.kind === "declined") return undefined;
        throw thrown;
      }
    },
    onSuccess: (made) => {
      if (made !== undefined) after?.(made);
    },
    onSettled: () => {
      for (const queryKey of stale) void client.invalidateQueries({ queryKey });
    },
  });
}
