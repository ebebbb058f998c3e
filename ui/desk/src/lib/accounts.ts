// What administrators read and write of Microsoft Teams accounts: internal/account.
export interface Permission {
  feature: string;
  scope: string;
  state: "granted" | "missing" | "off";
  admin: boolean;
}

export interface Account {
  id: string;
  name: string;
  tenant: string;
  clientId: string;
  credential: "secret" | "certificate" | "none";
  thumbprint?: string;
  expires?: string; // YYYY-MM-DD
  daysLeft?: number;
  locale: string;
  timeZone: string;
  thirdMember: string;
  without: string[];
  replacedBy?: string;
  agents: number;
  running: number;
  redirectUrl: string;
  consentUrl: string;
  keyUntil: string;
  oldKeys: number;
}

export interface AccountForm {
  name?: string;
  tenant?: string;
  clientId?: string;
  secret?: string;
  certificate?: string;
  expires?: string;
  locale?: string;
  timeZone?: string;
  thirdMember?: string;
  without?: string[];
}

export interface Finding {
  state: "ok" | "bad" | "unknown";
  code: string;
  detail?: string;
  url?: string;
}

export interface AccountNotice {
  code: "secret_expires" | "secret_expired" | "agents_need_sign_in" | "markers_lost";
  level: "warning" | "urgent";
  account: string;
  name: string;
  days: number;
  until?: string;
  agents: number;
  admin: boolean;
}

export interface AgentHealth {
  agent: string;
  name: string;
  username: string;
  state: "connected" | "needs_sign_in";
  reason?: string;
  since: string;
  permissions: Permission[];
  subscription?: { until: string; alive: boolean; authorized: string; heard?: string; echoed?: string };
}

export interface LaneHealth {
  conversation: string;
  number: number;
  service: string;
  agent: string;
  agentName: string;
  state: string;
  reason?: string;
  detail?: string;
  since: string;
  notBefore?: string;
}

export interface Letter {
  id: string;
  at: string;
  tries: number;
  reason: string;
  conversation?: string;
  number?: number;
}

export interface Health {
  at: string;
  account: Account;
  notices: AccountNotice[];
  refused?: string;
  agents: AgentHealth[];
  lag: { oldestWaiting?: string; oldestUnsent?: string };
  unmarked?: { since: string; at: string };
  throttle: { last?: string; op?: string; asked?: number; until?: string };
  lanes: LaneHealth[];
  sending: number;
  deadLetters: Letter[];
  dead: number;
}

/** Features that can be switched off, in the order of the form. */
export const optionalFeatures = [
  { name: "search", scope: "User.ReadBasic.All", admin: false }, { name: "presence", scope: "Presence.Read.All", admin: false },
  { name: "files", scope: "Files.ReadWrite", admin: false }, { name: "members", scope: "ChatMember.ReadWrite", admin: true },
] as const;

export interface AccountCalls {
  "GET /notices": { answer: { notices: AccountNotice[] } };
  "GET /accounts": { answer: { accounts: Account[] } };
  "POST /accounts": { body: AccountForm; answer: Account };
  "PATCH /accounts/{account}": { body: AccountForm; answer: Account };
  "DELETE /accounts/{account}": { answer: void };
  "POST /accounts/{account}/test": { answer: { findings: Finding[] } };
  "POST /accounts/{account}/key": { answer: void };
  "GET /accounts/{account}/health": { answer: Health };
  "POST /accounts/{account}/lanes/{conversation}/retry": { answer: void };
  "POST /accounts/{account}/letters/{letter}/replay": { answer: void };
  "DELETE /accounts/{account}/letters/{letter}": { answer: void };
}
