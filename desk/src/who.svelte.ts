// Who sits here, as the program knows them.
import { session } from "./api";

class Who {
  /** Empty on a desk that asks nobody: then each action says its name. */
  name = $state("");
  mayAct = $state(false);

  async ask() {
    const holder = await session().catch(() => null);
    this.name = holder?.name ?? "";
    this.mayAct = holder?.role === "operator";
  }
}

export const who = new Who();
