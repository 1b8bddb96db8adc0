// What the program answers with. The shapes are described at /api/openapi.json.

export type Tongue = "id" | "en";
export type Level = "waspada" | "siaga" | "awas";
export type Status = "opened" | "updated" | "escalated" | "resolved";
export type Title = Record<Tongue, string>;

export interface Place { code: string; name: Title; posts: number }
export interface Action { by: string; at: string; until: string | null; note: string }
export interface Series { pane: number; from: string; observed: number[]; expected: number[]; critical: number[] }
export interface Pair { observed: number; expected: number }

/** One incident in the list. */
export interface Row {
  incident: string; revision: number; status: Status; level: Level; level_number: number;
  title: Title; topic: string; place: Place | null;
  onset_at: string; opened_at: string; updated_at: string; resolved_at: string | null;
  window: string; observed: number; expected: number; character: string; series: Series;
  data_state: "live" | "delayed" | "frozen"; acknowledged: Action | null; snoozed: Action | null; false_alarm: Action | null;
  exercise: boolean;
}

/** A part of the posts without which nothing would have opened. */
export interface Need { by: Share["by"]; value: string; left: number }
export interface Share { by: "feed" | "language" | "place" | "term"; value: string; surprise: number }
/** A fact-checked claim that posts resemble. */
export interface Claim {
  id: string; title: string; verdict: string | null; published_at: string | null; url: string | null;
  publisher: string | null; score: number; matched_posts: number; wave: number; fraud: boolean; line: Title;
}
/** Who spoke when. */
export interface Voice {
  who: "public" | "indonesian_press" | "foreign_press" | "press"; language: string | null;
  posts: number; first_at: string; claimed_at: string; half_at: string; after_s: number; claimed_after_s: number;
}
export interface Term { term: string; posts: number }
/** The words of one side that no other uses, among its sample posts. */
export interface Side { who: Voice["who"]; sampled: number; terms: Term[] }
export interface Lead { kind: string; seconds: number }
export interface Evidence { id: string; kind: string; platform: string; created_at: string; text: string; url: string | null }

/** What a person did. */
export interface Done extends Action { id: string; do: string }
/** One revision in full. */
export interface Alert extends Omit<Row, "place"> {
  reason: string; actions?: Done[]; topics: string[]; critical: number; ratio: number; surprise: number;
  counts: Record<string, Pair>;
  character_why: ({ what: string } & Pair)[];
  feeds: { kinds: Record<string, number>; names: Record<string, number> };
  lead: (Lead & { claimed: Lead }) | null;
  places: Place[]; languages: Record<string, number>; terms: Term[];
  evidence: Evidence[]; voices?: Voice[]; divergence?: Side[]; claims?: Claim[]; why: Share[]; needs?: Need[]; url: string; config_digest: string; program: string;
}

export interface HistoryEntry { revision: number; status: Status; reason: string; level: Level; at: string; observed: number; expected: number; owner: string | null }
export interface Detail { alert: Alert; history: HistoryEntry[] }
/** What became of the posts of a feed. */
export const OUTCOMES = ["counted", "irrelevant", "untopical", "duplicate", "late", "refused"] as const;
export interface Feed { name: string; kind: string; state: "flowing" | "quiet" | "silent" | "stalled"; delay_s: number | null; waiting: number | null; received: number; ledger: Record<(typeof OUTCOMES)[number], number> }

export interface Incidents { at: string | null; kept_from: string | null; incidents: Row[] }
/** A topic beside the count at which it would be a spike. */
export interface Rising { topic: string; title: Title; kind: string; window: string; observed: number; expected: number; critical: number; open: boolean }
/** One incident of a shift: as the shift found it, what happened, as it is. */
export interface HandedOver { now: Row; before: HistoryEntry | null; changes: HistoryEntry[] }
export interface Handover { since: string; at: string; is_complete: boolean; incidents: HandedOver[] }
export interface Holder { name: string; role: "viewer" | "operator" }
/** What a person does; `who` only where the program does not know it. */
export interface Deed { id: string; do: string; note: string; until: string | null; who?: string }

/** A watch topic as somebody thinks of it, and what it would have done. */
export interface WatchDraft { id: string; any: string[]; all: string[]; none: string[] }
export interface Trial {
  posts: number; from: string | null; to: string | null; matched: number; series: number[]; series_s: number; toml: string;
  incidents: { title: Title; level: Level; opened_at: string; resolved_at: string | null }[];
}

/** Why the program did not answer: 401 asks for a token, 0 means that nobody answered. */
export class Refused extends Error {
  constructor(readonly status: number, readonly reason = "") { super(`refused: ${status}`); }
}

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const answer = await fetch(path, options).catch(() => null);
  if (!answer) throw new Refused(0);
  if (!answer.ok) throw new Refused(answer.status, await answer.json().then((told: { error?: string }) => told.error, () => ""));
  return answer;
}

export const incidentPath = (id: string) => `/api/v1/incidents/${encodeURIComponent(id)}`;
export const capPath = (id: string) => `/cap/${encodeURIComponent(id)}`;

/** One incident, now or as it was at a time. */
export async function detail(id: string, at: string | null = null): Promise<Detail> {
  return (await ask(incidentPath(id) + (at ? `?at=${encodeURIComponent(at)}` : ""))).json();
}

export async function incidentsAt(at: string): Promise<Incidents> {
  return (await ask(`/api/v1/incidents?at=${encodeURIComponent(at)}`)).json();
}

export async function handover(since: string): Promise<Handover> {
  return (await ask(`/api/v1/handover?since=${encodeURIComponent(since)}`)).json();
}

export async function risingNow(): Promise<{ at: string | null; topics: Rising[] }> {
  return (await ask("/api/v1/rising")).json();
}

export async function session(): Promise<Holder> {
  return (await ask("/api/v1/session")).json();
}

async function post(path: string, body: unknown): Promise<Response> {
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export async function tryWatch(draft: WatchDraft): Promise<Trial> {
  return (await post("/api/v1/watch/trial", draft)).json();
}

export async function act(id: string, deed: Deed): Promise<void> {
  await post(`${incidentPath(id)}/actions`, deed);
}

/** Whether this page may read: true, false (a token is needed), or nobody answered. */
export async function mayRead(): Promise<boolean> {
  try {
    await ask("/api/v1/session");
    return true;
  } catch (error) {
    return !(error instanceof Refused && error.status === 401);
  }
}

export async function signIn(token: string): Promise<void> {
  await ask("/api/v1/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
}
