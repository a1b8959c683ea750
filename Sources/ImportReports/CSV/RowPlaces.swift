/// Where the rows of a job stand in what was sent.
package protocol RowPlaces: AnyObject {
    /// The line on which the record of a row begins, or its row in a sheet; nil if that is not known. Rows are asked for in
    /// their order, which may begin anew.
    func line(of row: Int) throws -> Int?
}
