import { content, lessons, ownId } from './page-data.ts';
import { sandboxId } from './knobbed.ts';

/** The list of lessons. */
export function Home({ onOpen }: { readonly onOpen: (lesson: string) => void }) {
  // What keyturn is about comes first, what happened elsewhere last.
  const names = new Set(
    lessons.filter(({ id }) => id !== sandboxId).map(({ id }) => id.split('/')[0] ?? ''),
  );
  const between = [...names].filter((name) => name !== 'rotation' && name !== 'incidents');
  const folders = ['rotation', ...between, 'incidents'].filter((name) => names.has(name));
  return (
    <main class="home">
      <h1>keyturn lab</h1>
      <p class="lead">
        Watch an IPsec key rotation of a Cilium cluster go wrong, find out why, and make it safe.
        The simulator runs in this page; nothing leaves it.
      </p>
      {content === null ? null : (
        <button type="button" class="primary" onClick={() => onOpen(ownId)}>
          The run of this report: {content.scenario.title}
        </button>
      )}
      <p>
        <a
          class="sandbox"
          href={`#/${sandboxId}`}
          onClick={(event) => {
            event.preventDefault();
            onOpen(sandboxId);
          }}
        >
          <b>Sandbox</b>
          <span>A cluster to try things on: choose delays, faults, release and duration.</span>
        </a>
      </p>
      {folders.map((folder) => (
        <section key={folder}>
          <h2>{folder}</h2>
          <ul class="cards">
            {lessons
              .filter(({ id }) => id.startsWith(`${folder}/`))
              .map(({ id, scenario }) => (
                <li key={id}>
                  <a
                    href={`#/${id}`}
                    onClick={(event) => {
                      event.preventDefault();
                      onOpen(id);
                    }}
                  >
                    <b>{scenario.title}</b>
                    <span>{scenario.lesson.sees[0]?.replaceAll('`', '')}</span>
                  </a>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </main>
  );
}
