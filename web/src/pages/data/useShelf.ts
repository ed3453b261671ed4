import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../../api/queries";
import { openShelf, type Shelf } from "../../core/acts/shelf";

const opened = new Map<string, Promise<Shelf>>();

function shelfOf(person: string): Promise<Shelf> {
  const known = opened.get(person);
  if (known) return known;
  const made = openShelf(person);
  made.catch(() => opened.delete(person));
  opened.set(person, made);
  return made;
}

/** The half uploaded files of the person who is signed in, in this browser. */
export function useShelf(): () => Promise<Shelf> {
  const { data: me } = useSuspenseQuery(meQuery);
  return () => shelfOf(me.user.id);
}

export function useParcels() {
  const shelf = useShelf();
  return useQuery({ queryKey: ["parcels"], queryFn: async () => (await shelf()).all(), retry: false });
}
