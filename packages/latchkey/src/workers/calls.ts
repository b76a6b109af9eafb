/** Questions and answers between two processes that exchange messages. */

export type Calls = {
  /** Resolves to the answer; rejects where answering failed, or nobody is there any more. */
  call(name: string, ...values: readonly unknown[]): Promise<unknown>;
  /** To be given each message that arrives. */
  receive(message: unknown): void;
  /** Nothing will arrive any more: whoever waits for an answer learns it. */
  end(): void;
};

/** Answers by name. What is exchanged is JSON. */
export type Answers = Readonly<Record<string, (...values: never[]) => unknown>>;

type Message =
  | { readonly question: number; readonly name: string; readonly values: readonly never[] }
  | { readonly answer: number; readonly value?: unknown; readonly problem?: string };

export function callsOver(send: (message: object, sent: (error: Error | null) => void) => unknown, answers: Answers): Calls {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let count = 0;
  let isOver = false;

  const settle = (number: number, how: (asked: { resolve(value: unknown): void; reject(error: Error): void }) => void): void => {
    const asked = waiting.get(number);
    waiting.delete(number);
    if (asked !== undefined) how(asked);
  };

  const answer = async (name: string, values: readonly never[]): Promise<unknown> => {
    const known = Object.hasOwn(answers, name) ? answers[name] : undefined;
    if (known === undefined) throw new Error(`There is no answer to ${name}.`);
    return known(...values);
  };

  return {
    call(name, ...values) {
      if (isOver) return Promise.reject(new Error('The other process is gone.'));
      const number = count++;
      return new Promise((resolve, reject) => {
        waiting.set(number, { resolve, reject });
        send({ question: number, name, values }, (error) => {
          if (error !== null) settle(number, (asked) => asked.reject(error));
        });
      });
    },
    receive(received) {
      const message = received as Message;
      if ('answer' in message) {
        const { answer: number, value, problem } = message;
        settle(number, ({ resolve, reject }) => (problem === undefined ? resolve(value) : reject(new Error(problem))));
        return;
      }
      // Whoever asked may be gone by then: nobody is left to be told.
      const reply = (content: object) => void (isOver || send({ answer: message.question, ...content }, () => undefined));
      answer(message.name, message.values).then(
        (value) => reply({ value }),
        (error: unknown) => reply({ problem: error instanceof Error ? error.message : String(error) }),
      );
    },
    end() {
      isOver = true;
      for (const number of [...waiting.keys()]) settle(number, ({ reject }) => reject(new Error('The other process is gone.')));
    },
  };
}
