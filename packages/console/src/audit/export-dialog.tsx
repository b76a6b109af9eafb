import { useEffect, useRef, useState } from 'preact/hooks';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { SelectField } from '../components/field.tsx';
import { sizeText } from '../format.ts';
import { language, words } from '../words/words.ts';
import { exportEvents, FORMATS, type Format, MOST_BYTES, save } from './export.ts';

/** Exports what matches, in one of the formats; to close it is to give up. */
export function ExportDialog({
  query,
  onClose,
}: {
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly onClose: () => void;
}) {
  const text = words().audit;
  const locale = language.value.language.tag;
  const [format, setFormat] = useState<Format>('csv');
  const [bytes, setBytes] = useState<number>();
  const gone = useRef(new AbortController());
  useEffect(() => () => gone.current.abort(), []);
  const labels: Readonly<Record<Format, string>> = {
    csv: text.csv,
    ndjson: text.ndjson,
    cloudtrail: text.cloudtrail,
    'access-log': text.accessLog,
  };
  return (
    <ConfirmDialog
      title={text.exportTitle}
      action={text.download}
      onClose={onClose}
      onConfirm={async () => save(await exportEvents(format, query, gone.current.signal, setBytes))}
    >
      <SelectField
        label={text.format}
        hint={text.exportHint(sizeText(MOST_BYTES, locale))}
        value={format}
        choices={FORMATS.map((value) => ({ value, label: labels[value] }))}
        onChange={setFormat}
      />
      {bytes !== undefined && <p class="quiet small">{text.collecting(sizeText(bytes, locale))}</p>}
    </ConfirmDialog>
  );
}
