import { useHotkeys } from "@mantine/hooks";
import { lazy, Suspense, useEffect, useState } from "react";
import type { Me } from "../api/queries";

const Palette = lazy(() => import("./Palette").then((part) => ({ default: part.Palette })));
const EVENT = "cloister:palette";

export const openPalette = () => window.dispatchEvent(new Event(EVENT));

/** The palette is loaded when it is first asked for. */
export function PaletteDoor({ me }: { me: Me }) {
  const [asked, setAsked] = useState(0);
  useHotkeys([["mod+K", openPalette]], []);
  useEffect(() => {
    const ask = () => setAsked((times) => times + 1);
    window.addEventListener(EVENT, ask);
    return () => window.removeEventListener(EVENT, ask);
  }, []);
  return asked > 0 ? (
    <Suspense fallback={null}>
      <Palette me={me} open={asked} />
    </Suspense>
  ) : null;
}
