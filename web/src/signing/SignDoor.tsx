import { lazy, Suspense, useEffect, useState } from "react";
import { onWanted } from "./core";

const SignDialog = lazy(() => import("./SignDialog").then((part) => ({ default: part.SignDialog })));

/** The dialog before a signature is loaded when something is to be signed. */
export function SignDoor() {
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    onWanted(() => setAsked(true));
    return () => onWanted(undefined);
  }, []);
  return asked ? (
    <Suspense fallback={null}>
      <SignDialog />
    </Suspense>
  ) : null;
}
