import { useEffect, useState } from "preact/hooks";
import type { Participant } from "../../../shared/types";
import { Refusal, Unreachable, type Api } from "../lib/api";

const photos = new WeakMap<Api, Map<number, Promise<string | undefined>>>();

/** An object URL of an agent's photo, if the customer may see one: fetched once, with the customer's token. */
function fetchPhoto(api: Api, id: number): Promise<string | undefined> {
  const known = photos.get(api) ?? new Map<number, Promise<string | undefined>>();
  photos.set(api, known);
  const url = known.get(id) ?? api.call<{ photos: Record<string, string> }>("GET", "/visitor/photos").then(async (all) => (all.photos[id] ? URL.createObjectURL(await api.blob(`/visitor/photos/${id}`)) : undefined));
  known.set(id, url);
  url.catch(() => known.delete(id)); // the next look tries again
  return url;
}

export function usePhoto(api: Api, person: Participant): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    let here = true;
    if (person.kind === "agent") {
      fetchPhoto(api, person.id).then((u) => here && setUrl(u), (e: unknown) => {
        if (!(e instanceof Refusal) && !(e instanceof Unreachable)) throw e; // initials do until then
      });
    }
    return () => void (here = false);
  }, [api, person.id, person.kind]);
  return url;
}
