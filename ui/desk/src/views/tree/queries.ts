import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Channels, Folder, Person } from "../../../../shared/types";
import { Refusal, Unreachable } from "../../lib/api";
import { keyOfPerson, withPresence, type Hits, type Loaded } from "../../model/directory";
import { useAct, useShell } from "../context";

const pause = 250; // ms after the last key before the server is asked
const least = 2; // letters to search for
const presenceEvery = 60_000;
const atOnce = 650; // people whose presence is asked for at once

export interface Directory extends Loaded {
  hits: Hits | undefined; // while something is searched for
  starred: ReadonlySet<string>;
  star(p: Person): void;
  more(folder: string): void; // the next page of it
  show(p: Person, on: boolean): void; // somebody is on the screen, or no longer
  again(): void;
}

function useSettled(query: string): string {
  const [settled, setSettled] = useState(query);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(query), pause);
    return () => clearTimeout(timer);
  }, [query]);
  return settled;
}

/** The folders with all pages that were fetched. */
function useFolders() {
  const { desk } = useShell();
  const [more, setMore] = useState<Readonly<Record<string, Person[]>>>({});
  const asking = useRef(new Set<string>());
  const query = useQuery({ queryKey: ["directory"], queryFn: ({ signal }) => desk.api.call("GET /directory", { signal }) });
  const first = query.data?.folders;
  const folders = useMemo(() => first?.map((f): Folder => ({ ...f, people: [...f.people, ...(more[f.id] ?? [])].slice(0, f.total) })), [first, more]);
  const next = useCallback((id: string) => {
    const f = folders?.find((x) => x.id === id);
    if (!f || f.people.length >= f.total || asking.current.has(id)) return;
    asking.current.add(id);
    desk.api.call("GET /directory/folders/{folder}", { path: { folder: id }, query: { offset: f.people.length } }).then(
      (page) => setMore((m) => ({ ...m, [id]: [...(m[id] ?? []), ...page.people] })),
      (e: unknown) => { if (!(e instanceof Refusal) && !(e instanceof Unreachable)) throw e; }, // the row asks again when it comes into view
    ).finally(() => asking.current.delete(id));
  }, [desk, folders]);
  return { query, folders, next };
}

/** Who can be reached, asked anew every minute for those on the screen. */
function usePresence() {
  const { desk } = useShell();
  const shown = useRef(new Map<string, { n: number; who: { account: string; id: string } }>());
  const [fresh, setFresh] = useState<ReadonlyMap<string, Pick<Person, "presence" | "atDesk">>>(new Map());
  useEffect(() => {
    const ask = () => {
      const people = [...shown.current.values()].slice(0, atOnce).map((x) => x.who);
      if (!people.length) return;
      desk.api.call("POST /directory/presence", { body: { people } }).then(
        (answer) => setFresh((old) => new Map([...old, ...answer.people.map((p) => [keyOfPerson(p), p] as const)])),
        (e: unknown) => { if (!(e instanceof Refusal) && !(e instanceof Unreachable)) throw e; }, // the next minute asks again
      );
    };
    const timer = setInterval(ask, presenceEvery);
    return () => clearInterval(timer);
  }, [desk]);
  const show = useCallback((p: Person, on: boolean) => {
    const key = keyOfPerson(p);
    const n = (shown.current.get(key)?.n ?? 0) + (on ? 1 : -1);
    if (n > 0) shown.current.set(key, { n, who: { account: p.account, id: p.id } });
    else shown.current.delete(key);
  }, []);
  return { fresh, show };
}

/** The folders, and the search of everything a moment after the last key; one that is overtaken is given up. */
export function useDirectory(query: string, channels: Channels | undefined): Directory {
  const { desk } = useShell();
  const act = useAct();
  const client = useQueryClient();
  const q = query.trim();
  const settled = useSettled(q);
  const { query: asked, folders, next } = useFolders();
  const { fresh, show } = usePresence();
  const search = useQuery({
    queryKey: ["search", settled], queryFn: ({ signal }) => desk.api.call("GET /directory/search", { query: { q: settled }, signal }), enabled: settled.length >= least && q !== "", placeholderData: keepPreviousData, staleTime: 30_000,
  });
  const now = useMemo(() => folders?.map((f) => ({ ...f, people: f.people.map((p) => withPresence(p, fresh)) })), [folders, fresh]);
  const starred = useMemo(() => new Set(folders?.find((f) => f.id === "favourites")?.people.map(keyOfPerson)), [folders]);
  const star = (p: Person) => act(async () => {
    await desk.api.call("POST /directory/favourites", { body: { account: p.account, id: p.id, on: !starred.has(keyOfPerson(p)) } });
    await client.invalidateQueries({ queryKey: ["directory"] });
  });
  const wide = q.length >= least;
  const hits: Hits | undefined = q ? {
    query: q, found: wide ? (search.data?.people ?? []).map((p) => withPresence(p, fresh)) : [], state: wide && !search.isPlaceholderData ? search.data?.state : undefined,
    searching: wide && (search.isFetching || settled !== q), failed: wide && search.isError,
  } : undefined;
  return {
    folders: now, failed: asked.isError, channels, hits, starred, star, more: next, show,
    again: () => void (q && (search.isError || search.data?.state === "stale") ? search.refetch() : client.invalidateQueries()),
  };
}
