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
  data_state: "live" | "delayed" | "frozen"; acknowledged: Action | null; exercise: boolean;
}

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

/** One revision in full. */
export interface Alert extends Omit<Row, "place"> {
  reason: string; topics: string[]; critical: number; ratio: number; surprise: number;
  counts: Record<string, Pair>;
  character_why: ({ what: string } & Pair)[];
  feeds: { kinds: Record<string, number>; names: Record<string, number> };
  lead: (Lead & { claimed: Lead }) | null;
  places: Place[]; languages: Record<string, number>; terms: Term[];
  evidence: Evidence[]; voices?: Voice[]; divergence?: Side[]; claims?: Claim[]; why: Share[]; url: string; config_digest: string; program: string;
}

export interface HistoryEntry { revision: number; status: Status; reason: string; level: Level; at: string; observed: number; expected: number }
export interface Detail { alert: Alert; history: HistoryEntry[] }
export interface Feed { name: string; kind: string; state: "flowing" | "quiet" | "silent" | "stalled"; delay_s: number | null; received: number }

/** Why the program did not answer: 401 asks for a token, 0 means that nobody answered. */
export class Refused extends Error {
  constructor(readonly status: number) { super(`refused: ${status}`); }
}

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const answer = await fetch(path, options).catch(() => null);
  if (!answer?.ok) throw new Refused(answer?.status ?? 0);
  return answer;
}

export const incidentPath = (id: string) => `/api/incidents/${encodeURIComponent(id)}`;

export async function detail(id: string): Promise<Detail> {
  return (await ask(incidentPath(id))).json();
}

/** Whether this page may read: true, false (a token is needed), or nobody answered. */
export async function mayRead(): Promise<boolean> {
  try {
    await ask("/api/session");
    return true;
  } catch (error) {
    return !(error instanceof Refused && error.status === 401);
  }
}

export async function signIn(token: string): Promise<void> {
  await ask("/api/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
}
