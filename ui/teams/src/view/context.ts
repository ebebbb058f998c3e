// What every view needs: the language, the session, the moves between chats.

import { createContext } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import type { Session } from "../model/session";
import type { Watched } from "../model/watched";
import { type Speech, chooseSpeech } from "../words/speech";

export const SpeechContext = createContext<Speech>(chooseSpeech(null, []));

export function useSpeech(): Speech {
  return useContext(SpeechContext);
}

export interface Place {
  session: Session;
  chat: string | undefined;
  openChat(id: string | undefined, replace?: boolean): void; // replace: no step in the browser's history
  leave(): void; // act as somebody else
}

export const PlaceContext = createContext<Place | undefined>(undefined);

export function usePlace(): Place {
  const place = useContext(PlaceContext);
  if (!place) throw new Error("usePlace outside a session");
  return place;
}

/** Draws the view again after each change of what it watches. */
export function useWatched<T extends Watched>(watched: T): T {
  const [, draw] = useState(0);
  const seen = watched.version;
  useLayoutEffect(() => {
    if (watched.version !== seen) draw((n) => n + 1); // changed between drawing and watching
    return watched.watch(() => draw((n) => n + 1));
  }, [watched]);
  return watched;
}
