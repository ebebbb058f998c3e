// A picture of a message, fetched with the token; a click opens it in a new tab.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { hostedPath } from "../rich/read";
import { usePlace, useSpeech } from "./context";
import { Icon } from "./Icon";

interface PictureProps {
  src: string;
  alt: string;
  width?: number | undefined;
  height?: number | undefined;
  small?: boolean | undefined;
}

export function Picture({ src, alt, width, height, small }: PictureProps): VNode {
  const { words } = useSpeech();
  const { session } = usePlace();
  const hosted = hostedPath(src) !== undefined;
  const state = useBlob(hosted ? src : undefined, () => session.pictures.hosted(src));
  const name = alt || words.picture;
  if (!hosted) return <Foreign src={src} alt={alt} small={small} />;
  if (small) {
    return state.url === undefined ? <span class="emoji">{alt}</span> : <img class="emoji-picture" src={state.url} alt={alt} />;
  }
  return <ShownPicture state={state} name={name} width={width} height={height} />;
}

interface BlobState {
  url?: string;
  failed?: boolean;
}

export function ShownPicture({ state, name, width, height }: { state: BlobState; name: string; width?: number | undefined; height?: number | undefined }): VNode {
  const { words } = useSpeech();
  if (state.failed) return <span class="picture-failed"><Icon name="alert" size={18} /> {words.pictureFailed}</span>;
  const shape = width && height ? { aspectRatio: `${width} / ${height}`, width: `${width}px` } : undefined;
  if (state.url === undefined) return <span class="picture waiting" style={shape} role="img" aria-label={name} />;
  return (
    <a class="picture" href={state.url} target="_blank" rel="noopener" aria-label={words.openPicture(name)}>
      <img src={state.url} alt={name} style={shape} />
    </a>
  );
}

/** Pictures elsewhere are never loaded: that would tell their host who reads. They become links. */
function Foreign({ src, alt, small }: { src: string; alt: string; small: boolean | undefined }): VNode {
  const { words } = useSpeech();
  if (small && alt) return <span class="emoji">{alt}</span>;
  let url: URL | undefined;
  try {
    url = new URL(src);
  } catch {
    url = undefined;
  }
  if (!url || !/^https?:$/.test(url.protocol)) return <span class="picture-failed">{alt || words.pictureFailed}</span>;
  return <a href={url.href} target="_blank" rel="noopener noreferrer">{alt || words.pictureFrom(url.host)}</a>;
}

/** The blob address once it is there. */
export function useBlob(key: string | undefined, fetchIt: () => Promise<string>): BlobState {
  const [state, setState] = useState<BlobState & { key?: string }>({});
  useEffect(() => {
    if (key === undefined) return;
    let current = true;
    fetchIt().then(
      (url) => current && setState({ key, url }),
      () => current && setState({ key, failed: true }),
    );
    return () => {
      current = false;
    };
  }, [key]);
  return state.key === key ? state : {};
}
