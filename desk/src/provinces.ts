// The 38 provinces as tiles: where each stands in the grid, and which codes lie in it.
import type { Level, Row, Title } from "./api";

export interface Province { code: string; area: string; column: number; row: number; name: Title }

/** ISO code, the two digits of its regencies' codes, column, row, Indonesian name, English name. */
const TABLE = `
AC 11 1 1 Aceh|Aceh
SU 12 2 2 Sumatera Utara|North Sumatra
RI 14 3 2 Riau|Riau
KR 21 4 2 Kepulauan Riau|Riau Islands
SB 13 2 3 Sumatera Barat|West Sumatra
JA 15 3 3 Jambi|Jambi
BB 19 4 3 Kepulauan Bangka Belitung|Bangka Belitung Islands
BE 17 2 4 Bengkulu|Bengkulu
SS 16 3 4 Sumatera Selatan|South Sumatra
LA 18 3 5 Lampung|Lampung
BT 36 4 6 Banten|Banten
JK 31 5 5 Jakarta|Jakarta
JB 32 5 6 Jawa Barat|West Java
JT 33 6 6 Jawa Tengah|Central Java
YO 34 6 7 DI Yogyakarta|Yogyakarta
JI 35 7 6 Jawa Timur|East Java
BA 51 8 6 Bali|Bali
NB 52 9 6 Nusa Tenggara Barat|West Nusa Tenggara
NT 53 10 6 Nusa Tenggara Timur|East Nusa Tenggara
KB 61 5 3 Kalimantan Barat|West Kalimantan
KT 62 6 3 Kalimantan Tengah|Central Kalimantan
KS 63 7 3 Kalimantan Selatan|South Kalimantan
KI 64 7 2 Kalimantan Timur|East Kalimantan
KU 65 7 1 Kalimantan Utara|North Kalimantan
SR 76 8 3 Sulawesi Barat|West Sulawesi
ST 72 9 3 Sulawesi Tengah|Central Sulawesi
GO 75 9 2 Gorontalo|Gorontalo
SA 71 10 2 Sulawesi Utara|North Sulawesi
SN 73 8 4 Sulawesi Selatan|South Sulawesi
SG 74 9 4 Sulawesi Tenggara|Southeast Sulawesi
MU 82 11 2 Maluku Utara|North Maluku
MA 81 11 4 Maluku|Maluku
PD 96 12 3 Papua Barat Daya|Southwest Papua
PB 92 13 3 Papua Barat|West Papua
PT 94 13 4 Papua Tengah|Central Papua
PA 91 14 3 Papua|Papua
PE 95 14 4 Papua Pegunungan|Highland Papua
PS 93 14 5 Papua Selatan|South Papua`;

export const PROVINCES: Province[] = TABLE.trim().split("\n").map((line) => {
  const [code = "", area = "", column, row, ...name] = line.split(" ");
  const [id = "", en = ""] = name.join(" ").split("|");
  return { code: `ID-${code}`, area, column: Number(column), row: Number(row), name: { id, en } };
});

/** The province in which a place lies: `ID-NB` of `ID-NB` and of `ID-5271`. */
export function provinceOf(code: string | undefined): string | null {
  const found = PROVINCES.find((one) => one.code === code || (code ?? "").startsWith(`ID-${one.area}`));
  return found?.code ?? null;
}

/** The province that an incident is about: the one in its topic, else the one that most posts name. */
export function provinceOfRow(row: Row): string | null {
  const inTopic = row.topic.match(/(?:@|^place:)(ID-[A-Z0-9]+)/)?.[1];
  return provinceOf(inTopic) ?? provinceOf(row.place?.code);
}

export interface Tile extends Province { count: number; level: Level | null }

/** Each province with its open incidents and their highest level. */
export function tiles(open: Row[]): Tile[] {
  const placed = open.map((row) => ({ row, province: provinceOfRow(row) }));
  return PROVINCES.map((province) => {
    const here = placed.filter((one) => one.province === province.code).map((one) => one.row);
    const highest = here.reduce<Row | null>((top, row) => (top && top.level_number >= row.level_number ? top : row), null);
    return { ...province, count: here.length, level: highest?.level ?? null };
  });
}
