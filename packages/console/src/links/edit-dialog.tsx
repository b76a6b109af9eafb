/** What can be changed of a link under its URL: for whom it is, how often, from where. */
import { useState } from 'preact/hooks';
import { isRefusal } from '../api/refusal.ts';
import { announce } from '../components/announce.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { TextField } from '../components/field.tsx';
import { listIn } from '../share/draft.ts';
import { words } from '../words/words.ts';
import { type Link, linkName } from './link.ts';
import { changeLink } from './link-actions.ts';

export function EditDialog({ link, onDone, onClose }: { readonly link: Link; readonly onDone: () => void; readonly onClose: () => void }) {
  const text = words();
  const [label, setLabel] = useState(link.label ?? '');
  const [note, setNote] = useState(link.note ?? '');
  const [uses, setUses] = useState(link.maxUses === undefined ? '' : String(link.maxUses));
  const [addresses, setAddresses] = useState((link.sourceIp ?? []).join(', '));
  const [refusal, setRefusal] = useState<unknown>();
  const about = (pointer: string) => (isRefusal(refusal) ? refusal.about(pointer) : undefined);
  const isCount = uses.trim() === '' || /^[1-9]\d{0,8}$/.test(uses.trim());
  const save = async () => {
    const change = {
      label: label.trim() || null,
      note: note.trim() || null,
      ...(uses !== String(link.maxUses ?? '') && { maxUses: uses.trim() === '' ? null : Number(uses) }),
      ...(addresses !== (link.sourceIp ?? []).join(', ') && { sourceIp: listIn(addresses) ?? null }),
    };
    try {
      await changeLink(link.id, change);
    } catch (error) {
      setRefusal(error);
      throw error;
    }
    announce(text.links.saved);
    onDone();
  };
  return (
    <ConfirmDialog
      title={text.links.editTitle(linkName(link))}
      action={text.links.save}
      isReady={isCount}
      onConfirm={save}
      onClose={onClose}
    >
      <div class="fields">
        <TextField label={text.share.label} hint={text.share.labelHint} value={label} onInput={setLabel} error={about('/label')} />
        <TextField
          label={text.share.uses}
          hint={text.share.usesHint}
          value={uses}
          onInput={setUses}
          error={isCount ? about('/maxUses') : text.share.wholeNumber}
        />
        <div class="whole-row">
          <TextField
            label={text.share.addresses}
            hint={text.share.addressesHint}
            isMono
            value={addresses}
            onInput={setAddresses}
            error={about('/sourceIp')}
          />
        </div>
        <div class="whole-row">
          <TextField label={text.share.note} rows={2} value={note} onInput={setNote} error={about('/note')} />
        </div>
      </div>
    </ConfirmDialog>
  );
}
