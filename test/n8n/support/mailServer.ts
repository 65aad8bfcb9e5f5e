import { randomBytes } from 'node:crypto';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { freePort } from '../../../scripts/lib/services/ports';

export interface MailServer {
	readonly port: number;
	/** Mails are taken from this user only. */
	readonly user: string;
	readonly password: string;
	/** What was taken so far, in order. */
	readonly mails: ParsedMail[];
	close(): Promise<void>;
}

/** Starts an SMTP server on 127.0.0.1 that takes mails to anybody, and keeps them. */
export async function startMailServer(): Promise<MailServer> {
	const [user, password] = ['n8n', randomBytes(16).toString('hex')];
	const mails: ParsedMail[] = [];
	const server = new SMTPServer({
		disabledCommands: ['STARTTLS'],
		allowInsecureAuth: true,
		onAuth(auth, _session, callback) {
			const isRight = auth.username === user && auth.password === password;
			if (isRight) callback(null, { user });
			else callback(new Error('Wrong user or password'));
		},
		onData(stream, _session, callback) {
			simpleParser(stream).then((mail) => {
				mails.push(mail);
				callback();
			}, callback);
		},
	});
	const port = await freePort();
	await new Promise<void>((resolve, reject) => {
		server.on('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	return {
		port,
		user,
		password,
		mails,
		async close() {
			await new Promise<void>((resolve) => {
				server.close(resolve);
			});
		},
	};
}
