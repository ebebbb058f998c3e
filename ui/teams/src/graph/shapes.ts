// The shapes of Microsoft Graph v1.0 that this client reads, cut down to what it uses.
// Everything that comes from outside may be missing: optional means optional.

export interface Identity {
  id: string;
  displayName?: string | null;
  userIdentityType?: string | null;
}

export interface From {
  user?: Identity | null;
  application?: Identity | null;
  device?: Identity | null;
}

export interface Body {
  contentType: "text" | "html";
  content?: string | null;
}

export interface Attachment {
  id: string;
  contentType?: string | null;
  contentUrl?: string | null;
  content?: string | null;
  name?: string | null;
  thumbnailUrl?: string | null;
}

export interface Mention {
  id: number;
  mentionText?: string | null;
  mentioned?: { user?: Identity | null } | null;
}

export interface Reaction {
  reactionType: string;
  displayName?: string | null;
  user?: { user?: Identity | null } | null;
}

export interface EventDetail {
  "@odata.type"?: string;
  initiator?: From | null;
  members?: Identity[] | null;
  chatDisplayName?: string | null;
}

export interface HostedContent {
  "@microsoft.graph.temporaryId": string;
  contentBytes: string;
  contentType: string;
}

export interface Message {
  id: string;
  etag?: string;
  messageType?: string;
  createdDateTime: string;
  lastModifiedDateTime?: string | null;
  lastEditedDateTime?: string | null;
  deletedDateTime?: string | null;
  importance?: string;
  subject?: string | null;
  from?: From | null;
  body?: Body | null;
  attachments?: Attachment[] | null;
  mentions?: Mention[] | null;
  reactions?: Reaction[] | null;
  eventDetail?: EventDetail | null;
  policyViolation?: { dlpAction?: string | null } | null;
}

export interface Preview {
  id?: string;
  createdDateTime?: string | null;
  isDeleted?: boolean | null;
  messageType?: string;
  from?: From | null;
  body?: Body | null;
  eventDetail?: EventDetail | null;
}

export interface Member {
  id: string; // membership id
  userId?: string | null;
  displayName?: string | null;
  email?: string | null;
  roles?: string[] | null;
}

export interface Chat {
  tenantId?: string | null;
  id: string;
  topic?: string | null;
  chatType: string;
  createdDateTime?: string | null;
  lastUpdatedDateTime?: string | null;
  viewpoint?: { isHidden?: boolean | null; lastMessageReadDateTime?: string | null } | null;
  members?: Member[];
  lastMessagePreview?: Preview | null;
  webUrl?: string | null;
}

export interface Presence {
  availability: string;
  activity: string;
}

export interface Person {
  id: string;
  name: string;
  jobTitle?: string;
  department?: string;
  presence?: Presence;
}

export interface DriveItem {
  id: string;
  name: string;
  size?: number;
  eTag?: string;
  webUrl?: string;
}

export interface Page<T> {
  value: T[];
  "@odata.nextLink"?: string;
}
