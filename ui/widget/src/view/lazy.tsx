import type { ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Shell } from "../shell";

/** Something is on its way. */
export const Wait = () => <div class="log-place wait" aria-busy="true"><span class="dots"><i /><i /><i /></span></div>;

/** A component whose code is fetched when it is first drawn. Says so when it can't be fetched; the next drawing tries again. */
export function lazy<P extends { shell: Shell }>(load: (props: P) => Promise<ComponentType<P>>, Meanwhile: () => VNode | null = Wait): ComponentType<P> {
  let here: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [Ready, set] = useState<{ it: ComponentType<P> } | undefined>(here && { it: here });
    const [failed, fail] = useState("");
    useEffect(() => {
      if (!Ready) load(props).then((it) => set({ it: (here = it) }), () => fail(props.shell.code("unreachable")));
    }, []);
    return Ready ? <Ready.it {...props} /> : failed ? <p class="error" role="alert">{failed}</p> : <Meanwhile />;
  };
}
