/** Where the person is: the bucket and each folder on the way, all of them links. */
import { Icon } from '../components/icon.tsx';
import { hrefOf } from '../router.ts';
import { words } from '../words/words.ts';
import { visibleName } from './names.ts';

export function PathBar({ bucket, prefix }: { readonly bucket: string; readonly prefix: string }) {
  const parts = prefix.split('/').slice(0, -1);
  const steps = parts.map((name, index) => ({ name: visibleName(name) || '/', prefix: `${parts.slice(0, index + 1).join('/')}/` }));
  const here = steps.length === 0 ? bucket : (steps.at(-1)?.name ?? bucket);
  return (
    <nav class="path" aria-label={words().browse.location}>
      <ol>
        <li>
          <a href="/buckets">{words().shell.buckets}</a>
        </li>
        {[{ name: bucket, prefix: '' }, ...steps].slice(0, -1).map((step) => (
          <li key={step.prefix}>
            <Icon name="chevron" isDirected />
            <a class="name" href={hrefOf(`/buckets/${bucket}`, { prefix: step.prefix })}>
              {step.name}
            </a>
          </li>
        ))}
        <li>
          <Icon name="chevron" isDirected />
          <h1 class="name">{here}</h1>
        </li>
      </ol>
    </nav>
  );
}
