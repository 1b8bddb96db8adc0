// Light or dark: as the machine says, unless the reader has chosen.

export const CHOICES = ["auto", "light", "dark"] as const;
export type Choice = (typeof CHOICES)[number];

const machine = matchMedia("(prefers-color-scheme: dark)");

class Look {
  choice = $state<Choice>(CHOICES.find((one) => one === localStorage.getItem("look")) ?? "auto");
  #machineIsDark = $state(machine.matches);
  dark = $derived(this.choice === "auto" ? this.#machineIsDark : this.choice === "dark");

  constructor() {
    machine.addEventListener("change", (event) => { this.#machineIsDark = event.matches; });
  }

  /** The next of the three. */
  turn() {
    this.choice = CHOICES[(CHOICES.indexOf(this.choice) + 1) % CHOICES.length] ?? "auto";
    localStorage.setItem("look", this.choice);
  }
}

export const look = new Look();
