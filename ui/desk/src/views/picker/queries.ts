import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Folder, Person } from "../../lib/calls";
import { beyond, filterPeople } from "../../model/directory";
import { useShell } from "../context";

const pause = 250; // ms after the last key before the tenant is searched
const least = 2; // letters to search for

export interface Directory {
  folder: Folder | undefined;
  people: Person[]; // of the folder, filtered by the query
  others: Person[]; // whom the search found beyond it
  loading: boolean;
  error: unknown;
  searching: boolean;
  searchError: unknown;
  searched: boolean; // an answer to the query is here
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

/** The folder, filtered at once, and the search of the tenant a moment later. */
export function useDirectory(query: string): Directory {
  const { desk } = useShell();
  const q = query.trim();
  const settled = useSettled(q);
  const folders = useQuery({ queryKey: ["directory"], queryFn: () => desk.api.call("GET /directory") });
  const folder = folders.data?.folders.find((f) => f.id === "teams-chats");
  const able = folder?.state === "ok" || folder?.state === "empty" || folder?.state === "stale";
  const wanted = able && settled.length >= least;
  const search = useQuery({
    queryKey: ["search", settled], queryFn: () => desk.api.call("GET /directory/search", { query: { q: settled } }), enabled: wanted, placeholderData: keepPreviousData, staleTime: 30_000,
  });
  const asked = able && q.length >= least;
  const silent = search.data?.state === "stale"; // nobody was asked: that nobody was found says nothing
  return {
    folder, people: filterPeople(folder?.people ?? [], q), others: asked && search.data ? beyond(filterBy(search.data.people, search.isPlaceholderData ? q : ""), folder) : [],
    loading: folders.isPending, error: folders.error, searching: asked && (search.isFetching || settled !== q), searchError: asked ? (search.error ?? (silent ? "stale" : null)) : null,
    searched: asked && search.isSuccess && !silent && !search.isPlaceholderData && settled === q, again: () => void (folders.error || folder?.state === "stale" ? folders.refetch() : search.refetch()),
  };
}

/** Answers to the query before narrow the list down until the new answer is here. */
const filterBy = (people: Person[], q: string) => (q ? filterPeople(people, q) : people);
