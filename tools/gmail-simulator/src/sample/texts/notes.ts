// Messages that nobody answers: subject, what it says, and (where it is no friend) from whom. {…} is filled in.
export const notes = `
Thank you for yesterday | what a lovely evening. The children still talk about the fire. Next time at ours!
Keys | your spare keys are in the blue box behind the door. Please leave them there again.
Out of office next week | just so that you know: I am away until {day} and read mail once a day at best. For anything urgent, {name} knows everything that I know.
Slides | as promised, the slides from {day}. Use whatever you like, a mention is welcome but not needed.
Parking | the garage in {street} is closed on {day}. The one behind the theatre has space and costs the same. | Theatre Garage <info@theatre-garage.example>
{project}: numbers of the week | 1,204 new accounts, two incidents of less than five minutes, and the slowest page is now the invoice list at 420 ms. / Details in the sheet.
Found your umbrella | it was under the table. It is dry and well and waits at reception.
Minutes of {day} | attached. Please tell me by Friday if I have put words into your mouth.
Happy birthday! | all the best for the new year of your life. May it bring you long walks, good soup and nothing that has to be restarted.
Change of address | we have moved! From now on: {street} {house}, {place}. The telephone number stays, the cat is offended.
Reminder: dentist on {day} | a friendly reminder of your appointment on {day} at 8:40. If you cannot come, please tell us a day ahead. | Dental practice Dr. Holm <praxis@dr-holm.example>
Article you might like | this made me think of our talk on {day}. The middle part is slow, the end is worth it.
Book returned | I have put {book} into your letter box. You were right about chapter nine.
Wi-Fi in the house in {place} | the network is called "Seagull", the password is on the fridge. It reaches the terrace if you sit on the left.
Test alarm on {day} | the sirens are tested on {day} at 11:00. Nothing has to be done, the dog may bark. | Town of Northfield <info@northfield.example>
Recommendation | I have written the letter for {name} and sent it directly. It was easy to write.
Meter reading | please send us the reading of your water meter by the end of {month}; a photo is enough. | Waterworks <meters@waterworks.example>
Train tickets | yours is attached. We change in {place}, there are nine minutes and it is the platform opposite.
Club news | the court is playable again, the new net has come, and the autumn tournament is on the second weekend of {month}. Please sign up on the door. | Tennis Club <board@tennis-northfield.example>
Quick question | do you still have the drill? No hurry, {day} is fine.
Re-elected | the assembly has confirmed the board for two more years. Thank you for coming, and for the cake. | Housing Cooperative <board@housing-coop.example>
Lost parcel | the carrier says that it was left at number {house}. I know nobody there. Do you?
Release {version} is out | tagged, built and deployed to the first region. The notes are in the usual place. / If something looks odd, tell me before you tell the internet.
Newsletter text | could you read this over before it goes out on {day}? Two minutes, I promise.
Your order at the bookshop | {book} is here. We keep it for you until the end of {month}. | Bookshop am Markt <laden@bookshop-am-markt.example>
Lesson on {day} | I have to move our lesson from {day} to Saturday at ten. Scales until then, slowly.
Allotment meeting | water is turned off on {day}. Please empty your pipes.
Donation receipt | thank you for your gift of {amount}. The receipt for the tax office is attached. | Mountain Rescue <office@mountain-rescue.example>
Vaccination certificate | as discussed, a scan of the certificate. The original is at the practice.
A poem | I found it in my grandfather's desk. No occasion, it is just good.
`;
